namespace Inlet.Translation;

/// <summary>Every annotation we honour. What is under the prefix and not here is refused by name, never skipped.</summary>
public static class AnnotationCatalog
{
    public static IReadOnlyList<AnnotationSpec> All { get; } = [.. CanaryAnnotations.Specs, .. RouteAnnotations.Specs, .. ServiceUpstreamAnnotations.Specs];

    private static readonly HashSet<string> Known = [.. All.Select(static spec => spec.Key)];

    internal static void ReportUnknown(IReadOnlyDictionary<string, string?>? annotations, Verdicts verdicts)
    {
        foreach (var key in annotations?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
        {
            if (key.StartsWith(AnnotationSpec.Prefix, StringComparison.Ordinal) && !Known.Contains(key))
            {
                verdicts.Refused(AnnotationSpec.FieldOf(key), VerdictCodes.AnnotationNotSupported,
                    $"{key} is not supported yet; it has no effect. Remove it, or do without what it does.");
            }
        }
    }
}

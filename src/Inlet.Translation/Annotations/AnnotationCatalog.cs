namespace Inlet.Translation;

/// <summary>
/// Every annotation of ingress-nginx, and what becomes of it. What is under the prefix and not here is refused by name, never
/// skipped.
/// </summary>
public static class AnnotationCatalog
{
    /// <summary>Those that an Ingress's own families read.</summary>
    private static readonly IReadOnlyList<AnnotationSpec> Read = [.. CanaryAnnotations.Specs, .. RouteAnnotations.Specs, .. ServiceUpstreamAnnotations.Specs];

    private static readonly HashSet<string> ReadKeys = [.. Read.Select(static spec => spec.Key)];

    public static IReadOnlyList<AnnotationSpec> All { get; } =
        [.. Read, .. RefusedAnnotations.Specs];

    private static readonly Dictionary<string, AnnotationSpec> ByKey = All.ToDictionary(static spec => spec.Key);

    /// <returns>Null for what is no annotation of ingress-nginx.</returns>
    public static AnnotationSpec? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>Says of each annotation that does not do all it does in ingress-nginx what is otherwise.</summary>
    internal static void ReportDiffering(IReadOnlyDictionary<string, string?>? annotations, Verdicts verdicts)
    {
        foreach (var key in annotations?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
        {
            if (Find(key) is { Status: AnnotationStatus.Differs } spec)
            {
                verdicts.Differs(spec.Field, VerdictCodes.AnnotationDiffers, $"{key} is not in all as in ingress-nginx. {spec.Note}");
            }
        }
    }

    /// <summary>Says of each annotation under the prefix that no family reads why it has no effect.</summary>
    internal static void ReportUnread(IReadOnlyDictionary<string, string?>? annotations, Verdicts verdicts)
    {
        foreach (var key in annotations?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
        {
            if (!key.StartsWith(AnnotationSpec.Prefix, StringComparison.Ordinal) || ReadKeys.Contains(key))
            {
                continue;
            }

            var field = AnnotationSpec.FieldOf(key);
            switch (Find(key))
            {
                case { Status: AnnotationStatus.Refused } refused:
                    verdicts.Refused(field, VerdictCodes.AnnotationRefused, $"{key} has no effect. {refused.Note}");
                    break;
                case not null:
                    verdicts.Refused(field, VerdictCodes.AnnotationNotSupported, $"{key} is not supported yet; it has no effect. Remove it, or do without what it does.");
                    break;
                default:
                    verdicts.Refused(field, VerdictCodes.AnnotationUnknown, $"{key} is no annotation that is known here; it has no effect.{Suggestion(key)}");
                    break;
            }
        }
    }

    private static string Suggestion(string key)
    {
        var name = key[AnnotationSpec.Prefix.Length..];
        var nearest = All.MinBy(spec => Distance(spec.Name, name))!;
        return Distance(nearest.Name, name) <= 3 ? $" Did you mean {nearest.Name}?" : " Remove it, or correct its spelling.";
    }

    /// <summary>Letters to add, remove or replace to make one out of the other (Levenshtein); large when their lengths differ much.</summary>
    private static int Distance(string left, string right)
    {
        const int Far = 99;
        if (Math.Abs(left.Length - right.Length) > 3)
        {
            return Far;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}

using Inlet.Kubernetes;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>Counts the annotations under the prefix.</summary>
internal sealed class AnnotationUses
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Count(Ingress ingress)
    {
        foreach (var key in ingress.Metadata?.Annotations?.Keys ?? [])
        {
            if (key.StartsWith(AnnotationSpec.Prefix, StringComparison.Ordinal))
            {
                _counts[key] = _counts.GetValueOrDefault(key) + 1;
            }
        }
    }

    public IReadOnlyList<AnnotationUse> All() =>
        [.. _counts.Select(static pair => new AnnotationUse(pair.Key[AnnotationSpec.Prefix.Length..], Status(AnnotationCatalog.Find(pair.Key)), pair.Value))];

    private static string Status(AnnotationSpec? spec) => spec?.Status switch
    {
        AnnotationStatus.Implemented => "implemented",
        AnnotationStatus.Differs => "differs",
        AnnotationStatus.Refused => "refused",
        AnnotationStatus.NotYet => "not yet",
        _ => "unknown",
    };
}

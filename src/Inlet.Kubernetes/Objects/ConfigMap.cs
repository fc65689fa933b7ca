namespace Inlet.Kubernetes;

/// <summary>
/// v1 ConfigMap. Of one with more than <see cref="MostCharacters"/> nothing is kept but its name: a controller sees every ConfigMap
/// of a cluster, and what its own settings come from is small.
/// </summary>
/// <param name="Data">Null when there is none, or too much.</param>
public sealed record ConfigMap(ObjectMeta? Metadata = null, IReadOnlyDictionary<string, string>? Data = null)
{
    public const int MostCharacters = 128 * 1024;
}

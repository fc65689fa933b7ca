using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

public enum CacheChangeKind
{
    /// <summary>The object is new, or is now as given.</summary>
    Put,

    Removed,

    /// <summary>All objects of the first list have been delivered. Comes once.</summary>
    Synced,
}

/// <param name="Key">Meaningless for <see cref="CacheChangeKind.Synced"/>.</param>
/// <param name="Object">Set for <see cref="CacheChangeKind.Put"/> only; the receiver may keep it.</param>
public readonly record struct CacheChange(ResourceType Type, CacheChangeKind Kind, ObjectKey Key = default, JsonObject? Object = null);

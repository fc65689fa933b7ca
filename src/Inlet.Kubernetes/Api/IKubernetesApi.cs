using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// The Kubernetes REST API as a client sees it: the second seam of the product. One implementation speaks HTTP to any
/// cluster, another calls the embedded API server in-process; controllers cannot tell which they have. Every method
/// throws <see cref="KubernetesApiException"/> for an answer outside 2xx. Objects handed out are the caller's to change.
/// </summary>
public interface IKubernetesApi
{
    Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken);

    /// <param name="ns">Null lists all namespaces (or a cluster-scoped resource).</param>
    Task<ResourceList> ListAsync(ResourceType type, string? ns, ListQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Events after <paramref name="resourceVersion"/>, in order, until cancelled or the server ends the watch (a normal
    /// end: watch again from the last version seen). Too old a version throws with <see cref="KubernetesApiException.Code"/> 410.
    /// Bookmarks are asked for and handed out as <see cref="WatchEventType.Bookmark"/>.
    /// </summary>
    IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListQuery query, string resourceVersion, CancellationToken cancellationToken);

    /// <summary>
    /// POST. With a sub-resource (a pod's <c>binding</c> or <c>eviction</c>), <c>metadata.name</c> says of which object, and the
    /// answer is what the sub-resource answers, a <c>Status</c>.
    /// </summary>
    Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj, WriteQuery query, CancellationToken cancellationToken);

    /// <summary>PUT. With <c>metadata.resourceVersion</c> set, a concurrent change answers 409 Conflict.</summary>
    Task<JsonObject> ReplaceAsync(
        ResourceType type, string? ns, string name, JsonObject obj, WriteQuery query, CancellationToken cancellationToken);

    Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, PatchKind kind, JsonNode patch, WriteQuery query, CancellationToken cancellationToken);

    Task DeleteAsync(ResourceType type, string? ns, string name, DeleteQuery query, CancellationToken cancellationToken);
}

/// <param name="LabelSelector">In kubectl's syntax; null selects everything.</param>
/// <param name="FieldSelector">In kubectl's syntax; null selects everything.</param>
public sealed record ListQuery(string? LabelSelector = null, string? FieldSelector = null)
{
    public static ListQuery All { get; } = new();
}

/// <param name="Subresource"><c>status</c>, <c>scale</c>, <c>binding</c>, … or null for the object itself.</param>
/// <param name="DryRun">Validate and answer, store nothing (<c>dryRun=All</c>).</param>
public sealed record WriteQuery(string? Subresource = null, string FieldManager = "inlet", bool DryRun = false)
{
    public static WriteQuery Default { get; } = new();

    public static WriteQuery Status { get; } = new("status");
}

/// <param name="PropagationPolicy"><c>Background</c> (default), <c>Foreground</c> or <c>Orphan</c>.</param>
/// <param name="GracePeriodSeconds">Null takes the object's own; 0 deletes at once.</param>
/// <param name="Uid">When set, another object of the same name is not deleted (409).</param>
public sealed record DeleteQuery(string? PropagationPolicy = null, int? GracePeriodSeconds = null, string? Uid = null)
{
    public static DeleteQuery Default { get; } = new();
}

public enum PatchKind
{
    /// <summary><c>application/json-patch+json</c>, RFC 6902.</summary>
    Json,

    /// <summary><c>application/merge-patch+json</c>, RFC 7386.</summary>
    Merge,

    /// <summary><c>application/strategic-merge-patch+json</c>, Kubernetes.</summary>
    StrategicMerge,

    /// <summary><c>application/apply-patch+yaml</c>, Kubernetes server-side apply.</summary>
    Apply,
}

/// <param name="ResourceVersion">Of the list as a whole: watch from here.</param>
public sealed record ResourceList(IReadOnlyList<JsonObject> Items, string ResourceVersion);

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

public sealed record WatchEvent(WatchEventType Type, JsonObject Object);

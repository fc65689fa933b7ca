using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

/// <summary>An API whose watches lag behind its writes, as over a slow network.</summary>
internal sealed class SlowWatchApi(IKubernetesApi api, TimeSpan lag) : IKubernetesApi
{
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListQuery query, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var e in api.WatchAsync(type, ns, query, resourceVersion, cancellationToken))
        {
            await Task.Delay(lag, cancellationToken);
            yield return e;
        }
    }

    public Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken) =>
        api.GetAsync(type, ns, name, cancellationToken);

    public Task<ResourceList> ListAsync(ResourceType type, string? ns, ListQuery query, CancellationToken cancellationToken) =>
        api.ListAsync(type, ns, query, cancellationToken);

    public Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) =>
        api.CreateAsync(type, ns, obj, query, cancellationToken);

    public Task<JsonObject> ReplaceAsync(
        ResourceType type, string? ns, string name, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) =>
        api.ReplaceAsync(type, ns, name, obj, query, cancellationToken);

    public Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, PatchKind kind, JsonNode patch, WriteQuery query, CancellationToken cancellationToken) =>
        api.PatchAsync(type, ns, name, kind, patch, query, cancellationToken);

    public Task DeleteAsync(ResourceType type, string? ns, string name, DeleteQuery query, CancellationToken cancellationToken) =>
        api.DeleteAsync(type, ns, name, query, cancellationToken);
}

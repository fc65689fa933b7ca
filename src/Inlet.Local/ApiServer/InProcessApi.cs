using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer;

/// <summary>The API without HTTP, for the controllers and the node agent of the same process.</summary>
public sealed class InProcessApi(ApiCore core) : IKubernetesApi
{
    public Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var resource = core.Resolve(type);
        return Task.FromResult(resource.Version.FromStorage(core.Get(resource, ns, name).Copy()));
    }

    public Task<ResourceList> ListAsync(ResourceType type, string? ns, ListQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var resource = core.Resolve(type);
        var list = core.List(resource, ns, new() { LabelSelector = query.LabelSelector, FieldSelector = query.FieldSelector });
        return Task.FromResult(new ResourceList(
            [.. list.Items.Select(stored => resource.Version.FromStorage(stored.Copy()))],
            list.Revision.ToString(CultureInfo.InvariantCulture)));
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListQuery query, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var resource = core.Resolve(type);
        var options = new WatchOptions
        {
            LabelSelector = query.LabelSelector,
            FieldSelector = query.FieldSelector,
            ResourceVersion = resourceVersion,
            AllowBookmarks = true,
        };
        await foreach (var e in core.Watch(resource, ns, options, cancellationToken).ConfigureAwait(false))
        {
            yield return new(e.Type, e.Object is null ? Bookmarks.Make(resource, e) : resource.Version.FromStorage(e.Object.Copy()));
        }
    }

    public async Task<JsonObject> CreateAsync(
        ResourceType type, string? ns, JsonObject obj, WriteQuery query, CancellationToken cancellationToken)
    {
        var resource = core.Resolve(type);
        if (query.Subresource is { } subresource)
        {
            return await CreateAtAsync(resource, ns ?? "", subresource, Own(obj), Context(query), cancellationToken).ConfigureAwait(false);
        }

        var stored = await core.CreateAsync(resource, ns, Own(obj), Context(query), cancellationToken).ConfigureAwait(false);
        return resource.Version.FromStorage(stored.Copy());
    }

    public async Task<JsonObject> ReplaceAsync(
        ResourceType type, string? ns, string name, JsonObject obj, WriteQuery query, CancellationToken cancellationToken)
    {
        var resource = core.Resolve(type);
        RequireSubresource(resource, query.Subresource);
        var stored = await core.UpdateAsync(resource, ns, name, query.Subresource, Own(obj), Context(query), cancellationToken)
            .ConfigureAwait(false);
        return Answer(resource, query, stored.Copy());
    }

    public async Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, PatchKind kind, JsonNode patch, WriteQuery query, CancellationToken cancellationToken)
    {
        var resource = core.Resolve(type);
        RequireSubresource(resource, query.Subresource);
        if (kind == PatchKind.Apply)
        {
            var config = patch as JsonObject ?? throw ApiErrors.BadRequest("an apply takes an object");
            var context = new WriteContext { DryRun = query.DryRun, FieldManager = query.FieldManager, IsApply = true };
            var result = await core.ApplyAsync(resource, ns, name, query.Subresource, Own(config), context, cancellationToken).ConfigureAwait(false);
            return Answer(resource, query, result.Object.Copy());
        }

        var stored = await core.PatchAsync(resource, ns, name, query.Subresource, kind, patch.DeepClone(), Context(query), cancellationToken)
            .ConfigureAwait(false);
        return Answer(resource, query, stored.Copy());
    }

    public Task DeleteAsync(ResourceType type, string? ns, string name, DeleteQuery query, CancellationToken cancellationToken) =>
        core.DeleteAsync(
            core.Resolve(type), ns, name,
            new() { GracePeriodSeconds = query.GracePeriodSeconds, PropagationPolicy = query.PropagationPolicy, Uid = query.Uid },
            cancellationToken);

    private async Task<JsonObject> CreateAtAsync(
        ServedResource resource, string ns, string subresource, JsonObject obj, WriteContext context, CancellationToken cancellationToken)
    {
        var name = obj.Name();
        switch (subresource)
        {
            case "binding" when resource.Definition.Subresource(subresource) is not null:
                await core.BindAsync(resource, ns, name, obj, context, cancellationToken).ConfigureAwait(false);
                break;
            case "eviction" when resource.Definition.Subresource(subresource) is not null:
                await core.EvictAsync(resource, ns, name, obj, context, cancellationToken).ConfigureAwait(false);
                break;
            default:
                throw ApiErrors.NoSuchResource();
        }

        return ApiErrors.Success(resource.Version.Type, name, "");
    }

    private static JsonObject Own(JsonObject obj) => obj.DeepClone().AsObject();

    private static WriteContext Context(WriteQuery query) => new() { DryRun = query.DryRun, FieldManager = query.FieldManager };

    private static JsonObject Answer(ServedResource resource, WriteQuery query, JsonObject obj) =>
        query.Subresource == "scale" ? ScaleConversion.ToScale(obj) : resource.Version.FromStorage(obj);

    // finalize is Namespace's alone and not in every catalogue: the namespace controller has no other way.
    private static void RequireSubresource(ServedResource resource, string? name)
    {
        if (name is not (null or "status" or "scale" or "finalize") || (name is not null and not "finalize" && resource.Definition.Subresource(name) is null))
        {
            throw ApiErrors.NoSuchResource();
        }
    }
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Informers;

/// <summary>
/// The controllers' writes. Each returns only when the informer of that resource, if there is one, shows it: the next decision
/// about the same key is made knowing all earlier ones. That replaces the counted "expectations" of Kubernetes' controllers.
/// </summary>
internal sealed class ObjectWriter(IKubernetesApi api, SharedInformers informers)
{
    public async Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj, CancellationToken cancellationToken)
    {
        var created = await api.CreateAsync(type, ns, obj, WriteQuery.Default, cancellationToken);
        await SeenAsync(type, created, cancellationToken);
        return created;
    }

    /// <summary>PUT of the object, or of one sub-resource; a stale <c>resourceVersion</c> in it is refused with 409.</summary>
    public async Task<JsonObject> ReplaceAsync(
        ResourceType type, JsonObject obj, CancellationToken cancellationToken, string? subresource = null)
    {
        var ns = type.Namespaced ? obj.Namespace() : null;
        var stored = await api.ReplaceAsync(type, ns, obj.Name(), obj, new WriteQuery(subresource), cancellationToken);
        await SeenAsync(type, stored, cancellationToken);
        return stored;
    }

    /// <summary>Writes the status when it differs from the one in <paramref name="obj"/>; its resource version must still be current.</summary>
    /// <returns>The object as it is now.</returns>
    public Task<JsonObject> ReplaceStatusAsync(ResourceType type, JsonObject obj, JsonObject status, CancellationToken cancellationToken)
    {
        if (JsonNode.DeepEquals(obj["status"], status))
        {
            return Task.FromResult(obj);
        }

        var copy = obj.DeepClone().AsObject();
        copy["status"] = status;
        return ReplaceAsync(type, copy, cancellationToken, "status");
    }

    public async Task<JsonObject> PatchAsync(
        ResourceType type, ObjectKey key, PatchKind kind, JsonNode patch, CancellationToken cancellationToken, string? subresource = null)
    {
        var ns = type.Namespaced ? key.Namespace : null;
        var stored = await api.PatchAsync(type, ns, key.Name, kind, patch, new WriteQuery(subresource), cancellationToken);
        await SeenAsync(type, stored, cancellationToken);
        return stored;
    }

    /// <summary>Deletes this very object, not a namesake; one that is gone already is no error.</summary>
    public async Task DeleteAsync(
        ResourceType type, ObjectKey key, string uid, CancellationToken cancellationToken, string propagationPolicy = "Background")
    {
        try
        {
            var query = new DeleteQuery(propagationPolicy, Uid: uid);
            await api.DeleteAsync(type, type.Namespaced ? key.Namespace : null, key.Name, query, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound || refused.IsConflict)
        {
            // Gone, or another object has its name: the one meant does not exist any more.
        }

        if (informers.Find(type) is { } informer)
        {
            await informer.WaitUntilAsync(
                seen => seen.Find(key) is not { } obj || obj.Uid() != uid || obj.IsBeingDeleted(), cancellationToken);
        }
    }

    /// <summary>Puts a pod on a node.</summary>
    public async Task BindAsync(JsonObject pod, string node, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(pod);
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["uid"] = pod.Uid() },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
        };
        await api.CreateAsync(ResourceTypes.Pods, key.Namespace, binding, new WriteQuery("binding"), cancellationToken);
        if (informers.Find(ResourceTypes.Pods) is { } pods)
        {
            await pods.WaitUntilAsync(
                seen => seen.Find(key) is not { } now || now.Uid() != pod.Uid() || now.Object("spec").String("nodeName") is { Length: > 0 },
                cancellationToken);
        }
    }

    private Task SeenAsync(ResourceType type, JsonObject written, CancellationToken cancellationToken)
    {
        var revision = Informer.RevisionOf(written.ResourceVersion());
        return informers.Find(type)?.WaitUntilAsync(seen => seen.Revision >= revision, cancellationToken) ?? Task.CompletedTask;
    }
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>The sub-resources only pods have: <c>binding</c> and <c>eviction</c>.</summary>
public sealed partial class ApiCore
{
    /// <summary>Puts a pod on a node: what a scheduler posts.</summary>
    internal Task<StoredObject> BindAsync(
        ServedResource resource, string ns, string name, JsonObject binding, WriteContext context, CancellationToken cancellationToken)
    {
        var node = binding.Object("target").String("name") ?? "";
        if (node.Length == 0)
        {
            var errors = new FieldErrors();
            errors.Required("target.name");
            errors.ThrowIfAny(new ResourceType("", "v1", "Binding", "bindings", true), name);
        }

        return ModifyAsync(resource, ns, name, "binding", existing => Bound(existing, node), context, cancellationToken);
    }

    internal async Task EvictAsync(
        ServedResource resource, string ns, string name, JsonObject eviction, WriteContext context, CancellationToken cancellationToken)
    {
        var options = eviction.Object("deleteOptions");
        await DeleteAsync(
            resource, ns, name,
            new DeleteOptions
            {
                GracePeriodSeconds = options.Integer("gracePeriodSeconds"),
                Uid = options.Object("preconditions").String("uid"),
                DryRun = context.DryRun,
            },
            cancellationToken).ConfigureAwait(false);
    }

    private JsonObject Bound(StoredObject existing, string node)
    {
        var pod = existing.Copy();
        if (pod.IsBeingDeleted())
        {
            throw ApiErrors.Conflict(ResourceTypes.Pods, existing.Key.Name, $"pod {existing.Key.Name} is being deleted, cannot be assigned to a host");
        }

        if (pod.Object("spec").String("nodeName") is { Length: > 0 } other)
        {
            throw ApiErrors.Conflict(ResourceTypes.Pods, existing.Key.Name, $"pod {existing.Key.Name} is already assigned to node \"{other}\"");
        }

        pod.GetOrAddObject("spec")["nodeName"] = node;
        var status = pod.GetOrAddObject("status");
        var conditions = new JsonArray([.. status.Objects("conditions").Where(c => c.String("type") != "PodScheduled").Select(c => c.DeepClone())]);
        conditions.Add(new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = Timestamps.Format(Time.GetUtcNow()),
        });
        status["conditions"] = conditions;
        return pod;
    }
}

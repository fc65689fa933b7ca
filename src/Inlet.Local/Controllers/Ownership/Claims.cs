using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.Ownership;

/// <summary>
/// Decides which objects a controller's object owns: what it controls and still selects stays, what it no longer selects is
/// released, what it selects and nobody controls is adopted.
/// </summary>
internal sealed class Claims(ControllerContext context)
{
    /// <param name="ownerType">Kind of <paramref name="owner"/>.</param>
    /// <param name="candidates">Objects the owner controls, and orphans of its namespace; others must not be among them.</param>
    /// <returns>What the owner owns now.</returns>
    public async Task<List<JsonObject>> ClaimAsync(
        ResourceType ownerType, JsonObject owner, LabelSelector selector, ResourceType type, IEnumerable<JsonObject> candidates,
        CancellationToken cancellationToken)
    {
        var claimed = new List<JsonObject>();
        bool? mayAdopt = owner.IsBeingDeleted() ? false : null;
        foreach (var candidate in candidates)
        {
            var selected = selector.Matches(candidate.Labels());
            if (OwnerReferences.Controller(candidate) is not null)
            {
                if (selected)
                {
                    claimed.Add(candidate);
                }
                else if (!owner.IsBeingDeleted())
                {
                    await ReleaseAsync(owner, type, candidate, cancellationToken);
                }
            }
            else if (selected && !candidate.IsBeingDeleted() && (mayAdopt ??= await IsAliveAsync(ownerType, owner, cancellationToken))
                && await AdoptAsync(ownerType, owner, type, candidate, cancellationToken) is { } adopted)
            {
                claimed.Add(adopted);
            }
        }

        return claimed;
    }

    /// <summary>What an owner might own: what it controls and what nobody does.</summary>
    public static IEnumerable<JsonObject> Candidates(Informer informer, JsonObject owner) =>
        informer.ControlledBy(owner.Namespace(), owner.Uid()).Concat(informer.ControlledBy(owner.Namespace(), ""));

    // Asked of the server, not of the informer: adopting for an owner that is being deleted would orphan what others wait for.
    private async Task<bool> IsAliveAsync(ResourceType ownerType, JsonObject owner, CancellationToken cancellationToken)
    {
        try
        {
            var live = await context.Api.GetAsync(ownerType, owner.Namespace(), owner.Name(), cancellationToken);
            return live.Uid() == owner.Uid() && !live.IsBeingDeleted();
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            return false;
        }
    }

    private async Task<JsonObject?> AdoptAsync(
        ResourceType ownerType, JsonObject owner, ResourceType type, JsonObject orphan, CancellationToken cancellationToken)
    {
        // The version makes sure that it still is an orphan: two owners may want it at the same time.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = orphan.Uid(),
                ["resourceVersion"] = orphan.ResourceVersion(),
                ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ownerType, owner)),
            },
        };
        return await PatchAsync(type, orphan, patch, cancellationToken);
    }

    private async Task ReleaseAsync(JsonObject owner, ResourceType type, JsonObject owned, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = owned.Uid(),
                ["ownerReferences"] = new JsonArray(new JsonObject { ["$patch"] = "delete", ["uid"] = owner.Uid() }),
            },
        };
        await PatchAsync(type, owned, patch, cancellationToken);
    }

    private async Task<JsonObject?> PatchAsync(ResourceType type, JsonObject obj, JsonObject patch, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Writer.PatchAsync(type, ObjectKey.Of(obj), PatchKind.StrategicMerge, patch, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            return null;
        }
    }
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;

namespace Inlet.Local.Controllers.GarbageCollection;

/// <summary>
/// Deletes what no living owner holds any more, and sees the other ways of deleting through: foreground (dependents first)
/// and orphan (dependents stay). Kubernetes: "Garbage collection", "Owners and dependents".
/// </summary>
internal sealed class GarbageCollector : Controller<string>
{
    private const string Name = "garbage-collector-controller";

    private readonly OwnershipGraph _graph = new();
    private readonly Dictionary<(string Group, string Kind), ResourceType> _kinds;

    public GarbageCollector(ControllerContext context)
        : base(Name, context)
    {
        // Events go by age, and there are many of them.
        var collected = context.Options.Resources.Where(type => type != ResourceTypes.Events).ToList();
        _kinds = collected.ToDictionary(type => (type.Group, type.Kind));
        foreach (var type in collected)
        {
            context.Informers.Metadata(type).Subscribe(change => OnChange(type, change));
        }
    }

    private void OnChange(ResourceType type, InformerChange change)
    {
        var old = change.Old is null ? null : OwnedObject.Of(type, change.Old);
        var now = change.New is null ? null : OwnedObject.Of(type, change.New);
        if (old is not null && old.Uid != now?.Uid)
        {
            _graph.Remove(old.Uid);
            Gone(old);
        }

        if (now is not null)
        {
            Seen(old?.Uid == now.Uid ? old : null, now);
        }
    }

    private void Gone(OwnedObject old)
    {
        Enqueue(_graph.Dependents(old.Uid).Select(dependent => dependent.Uid));

        EnqueueWaitingOwners(old);
    }

    private void Seen(OwnedObject? before, OwnedObject now)
    {
        var ownersChanged = before is null || !before.Owners.SequenceEqual(now.Owners);
        var deletionChanged = before is null || before.IsBeingDeleted != now.IsBeingDeleted || !before.Finalizers.SequenceEqual(now.Finalizers);
        if (!ownersChanged && !deletionChanged)
        {
            return;
        }

        _graph.Put(now);
        if (now.Owners.Count > 0 || now.WaitsForDependents || now.OrphansDependents)
        {
            Queue.Add(now.Uid);
        }

        if (before is not null && ownersChanged)
        {
            EnqueueWaitingOwners(before);
        }
    }

    private void EnqueueWaitingOwners(OwnedObject dependent)
    {
        foreach (var owner in dependent.Owners)
        {
            if (_graph.Find(owner.Uid) is { WaitsForDependents: true } or { OrphansDependents: true })
            {
                Queue.Add(owner.Uid);
            }
        }
    }

    protected override async Task SyncAsync(string uid, CancellationToken cancellationToken)
    {
        try
        {
            await AttendAsync(uid, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            // Gone meanwhile; its removal is on the way to us.
        }
    }

    private async Task AttendAsync(string uid, CancellationToken cancellationToken)
    {
        if (_graph.Find(uid) is not { } obj)
        {
            return;
        }

        if (obj.OrphansDependents)
        {
            await OrphanAsync(obj, cancellationToken);
        }
        else if (obj.WaitsForDependents)
        {
            await WaitForDependentsAsync(obj, cancellationToken);
        }
        else if (!obj.IsBeingDeleted && obj.Owners.Count > 0)
        {
            await CollectAsync(obj, cancellationToken);
        }
    }

    private async Task OrphanAsync(OwnedObject owner, CancellationToken cancellationToken)
    {
        foreach (var dependent in _graph.Dependents(owner.Uid))
        {
            await RemoveOwnersAsync(dependent, [owner.Uid], cancellationToken);
        }

        await RemoveFinalizerAsync(owner, OwnedObject.OrphanFinalizer, cancellationToken);
    }

    private async Task WaitForDependentsAsync(OwnedObject owner, CancellationToken cancellationToken)
    {
        var dependents = _graph.Dependents(owner.Uid);
        if (!dependents.Any(dependent => Blocks(dependent, owner)))
        {
            await RemoveFinalizerAsync(owner, OwnedObject.ForegroundFinalizer, cancellationToken);
            return;
        }

        Enqueue(dependents.Select(dependent => dependent.Uid));
    }

    private static bool Blocks(OwnedObject dependent, OwnedObject owner) =>
        dependent.Owners.Any(reference => reference.Uid == owner.Uid && reference.BlockOwnerDeletion);

    /// <summary>Decides about an object that has owners: it stays while one of them lives.</summary>
    private async Task CollectAsync(OwnedObject obj, CancellationToken cancellationToken)
    {
        var (solid, gone, waiting) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var owner in obj.Owners)
        {
            var state = await StateAsync(obj, owner, cancellationToken);
            (state == OwnerState.Alive ? solid : state == OwnerState.Gone ? gone : waiting).Add(owner.Uid);
        }

        if (solid.Count > 0)
        {
            if (gone.Count + waiting.Count > 0)
            {
                await RemoveOwnersAsync(obj, [.. gone, .. waiting], cancellationToken);
            }

            return;
        }

        // An owner that waits for its dependents waits for theirs, too.
        var policy = waiting.Count > 0 && _graph.Dependents(obj.Uid).Count > 0 ? "Foreground" : obj.PropagationPolicy;
        await Context.Writer.DeleteAsync(obj.Type, obj.Key, obj.Uid, cancellationToken, policy);
    }

    private enum OwnerState
    {
        Alive,
        Gone,

        /// <summary>Being deleted, and not gone before this dependent is.</summary>
        Waiting,
    }

    private async Task<OwnerState> StateAsync(OwnedObject obj, OwnerReference owner, CancellationToken cancellationToken)
    {
        if (_graph.Find(owner.Uid) is { } known)
        {
            return known.WaitsForDependents && owner.BlockOwnerDeletion ? OwnerState.Waiting : OwnerState.Alive;
        }

        if (!_kinds.TryGetValue((OwnerReferences.GroupOf(owner.ApiVersion), owner.Kind), out var type))
        {
            // A kind nobody serves: whether its object lives cannot be known, and what cannot be known is not deleted.
            return OwnerState.Alive;
        }

        // The server decides, not our picture of it, which may be about to show the owner.
        try
        {
            var live = await Context.Api.GetAsync(type, type.Namespaced ? obj.Key.Namespace : null, owner.Name, cancellationToken);
            return live.Uid() == owner.Uid ? OwnerState.Alive : OwnerState.Gone;
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            return OwnerState.Gone;
        }
    }

    private async Task RemoveOwnersAsync(OwnedObject dependent, IReadOnlyList<string> owners, CancellationToken cancellationToken)
    {
        var references = new JsonArray([.. owners.Select(uid => new JsonObject { ["$patch"] = "delete", ["uid"] = uid })]);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = dependent.Uid, ["ownerReferences"] = references } };
        await PatchAsync(dependent, PatchKind.StrategicMerge, patch, cancellationToken);
    }

    private async Task RemoveFinalizerAsync(OwnedObject owner, string finalizer, CancellationToken cancellationToken)
    {
        // Other finalizers may have come or gone since: what is left is decided from the live object.
        var live = await Context.Api.GetAsync(owner.Type, owner.Type.Namespaced ? owner.Key.Namespace : null, owner.Key.Name, cancellationToken);
        if (live.Uid() == owner.Uid && Finalizers.Of(live).Contains(finalizer))
        {
            await PatchAsync(owner, PatchKind.Merge, Finalizers.PatchWithout(live, finalizer), cancellationToken);
        }
    }

    private async Task PatchAsync(OwnedObject obj, PatchKind kind, JsonObject patch, CancellationToken cancellationToken)
    {
        try
        {
            await Context.Writer.PatchAsync(obj.Type, obj.Key, kind, patch, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            // Gone: nothing left to change.
        }
    }
}

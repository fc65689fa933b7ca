using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>
/// Brings the pods of a Deployment to its present template, one ReplicaSet per revision: by a rolling update or by recreating
/// them. Each turn takes the steps that are allowed now; what the ReplicaSets then report brings the next turn.
/// </summary>
internal sealed class DeploymentController : Controller<ObjectKey>
{
    private const string Name = "deployment-controller";

    private readonly Informer _deployments;
    private readonly Informer _replicaSets;
    private readonly Informer _pods;
    private readonly Claims _claims;
    private readonly DeploymentReplicaSets _sets;

    public DeploymentController(ControllerContext context)
        : base(Name, context)
    {
        _deployments = context.Informers.Whole(ResourceTypes.Deployments);
        _replicaSets = context.Informers.Whole(ResourceTypes.ReplicaSets);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _claims = new Claims(context);
        _sets = new DeploymentReplicaSets(Name, context);
        _deployments.Subscribe(change => Queue.Add(change.Key));
        _replicaSets.Subscribe(change => Enqueue(ConcernedOwners.Of(change, ResourceTypes.Deployments, _deployments)));
        _pods.Subscribe(OnPod);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_deployments.Find(key) is not { } deployment)
        {
            return;
        }

        var replicaSets = await _claims.ClaimAsync(
            ResourceTypes.Deployments, deployment, deployment.Selector(), ResourceTypes.ReplicaSets,
            Claims.Candidates(_replicaSets, deployment), cancellationToken);
        var rollout = new Rollout(deployment, replicaSets);
        if (deployment.IsBeingDeleted())
        {
            await WriteStatusAsync(rollout, new DeploymentStatus(rollout, Now).Synced(), cancellationToken);
            return;
        }

        await NotePauseAsync(rollout, cancellationToken);
        if (rollout.IsPaused || IsScaling(rollout))
        {
            await ScaleAsync(rollout, cancellationToken);
            return;
        }

        await RollOutAsync(rollout, cancellationToken);
    }

    private async Task RollOutAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        JsonObject? started;
        try
        {
            started = rollout.IsRecreate ? await RecreateAsync(rollout, cancellationToken) : await RollAsync(rollout, cancellationToken);
        }
        catch (ReplicaSetRefusedException refused)
        {
            await WriteStatusAsync(rollout, new DeploymentStatus(rollout, Now).Progressed(refused.Condition), cancellationToken);
            throw (KubernetesApiException)refused.InnerException!;
        }

        var status = new DeploymentStatus(rollout, Now).Progressed(started);
        if (DeploymentStatus.IsComplete(rollout.Deployment, status))
        {
            await _sets.CutHistoryAsync(rollout, cancellationToken);
        }

        await WriteStatusAsync(rollout, status, cancellationToken);
    }

    /// <returns>The condition Progressing this turn started with, or null.</returns>
    private async Task<JsonObject?> RollAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var started = rollout.New is null
            ? await _sets.CreateNewAsync(rollout, cancellationToken)
            : await _sets.RefreshNewAsync(rollout, cancellationToken);
        var current = rollout.New!;
        var size = current.Replicas() > rollout.Desired
            ? rollout.Desired
            : RollingUpdate.GrowNew(current.Replicas(), rollout.TotalReplicas, rollout.Desired, rollout.Limits);
        await _sets.ScaleAsync(rollout, current, size, cancellationToken);

        var sizes = rollout.Old.ToDictionary(ReplicaSetSize.Of, set => set);
        foreach (var (set, replicas) in RollingUpdate.ShrinkOld([.. sizes.Keys], ReplicaSetSize.Of(rollout.New!), rollout.Desired, rollout.Limits))
        {
            await _sets.ScaleAsync(rollout, sizes[set], replicas, cancellationToken);
        }

        return started;
    }

    private async Task<JsonObject?> RecreateAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var started = await _sets.RefreshNewAsync(rollout, cancellationToken);
        foreach (var set in rollout.Old.Where(set => set.Replicas() > 0).ToList())
        {
            await _sets.ScaleAsync(rollout, set, 0, cancellationToken);
        }

        if (rollout.Old.Any(set => _pods.ControlledBy(set.Namespace(), set.Uid()).Any(pod => !pod.IsFinished())))
        {
            // Old and new never run together: the next turn comes when the last old pod is gone.
            return started;
        }

        if (rollout.New is null)
        {
            return await _sets.CreateNewAsync(rollout, cancellationToken);
        }

        await _sets.ScaleAsync(rollout, rollout.New, rollout.Desired, cancellationToken);
        return started;
    }

    /// <summary>Only sizes: while paused, and in the turn in which <c>replicas</c> changed in the middle of a rollout.</summary>
    private async Task ScaleAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        await _sets.RefreshNewAsync(rollout, cancellationToken);
        var active = rollout.All.Where(set => set.Replicas() > 0).ToList();
        var isFull = rollout.New is { } current && current.Replicas() == rollout.Desired
            && DeploymentAnnotations.DesiredReplicasOf(current) == rollout.Desired && current.Status("availableReplicas") == rollout.Desired;
        if (active.Count <= 1)
        {
            if ((active.FirstOrDefault() ?? rollout.New ?? (rollout.Old.Count > 0 ? rollout.Old[^1] : null)) is { } only)
            {
                await _sets.ScaleAsync(rollout, only, rollout.Desired, cancellationToken);
            }
        }
        else if (isFull)
        {
            foreach (var set in active.Where(set => set != rollout.New))
            {
                await _sets.ScaleAsync(rollout, set, 0, cancellationToken);
            }
        }
        else if (!rollout.IsRecreate)
        {
            await ScaleProportionallyAsync(rollout, active, cancellationToken);
        }

        if (rollout.IsPaused)
        {
            await _sets.CutHistoryAsync(rollout, cancellationToken);
        }

        await WriteStatusAsync(rollout, new DeploymentStatus(rollout, Now).Synced(), cancellationToken);
    }

    private async Task ScaleProportionallyAsync(Rollout rollout, List<JsonObject> active, CancellationToken cancellationToken)
    {
        var sizes = active.ToDictionary(ReplicaSetSize.Of, set => set);
        var most = rollout.Deployment.Status("replicas");
        var scaled = RollingUpdate.ScaleProportionally(
            [.. sizes.Keys], rollout.Desired, rollout.Limits, size => DeploymentAnnotations.MaxReplicasOf(sizes[size]) ?? most);
        foreach (var (size, replicas) in scaled)
        {
            await _sets.ScaleAsync(rollout, sizes[size], replicas, cancellationToken);
        }
    }

    /// <summary>Whether <c>replicas</c> changed since a ReplicaSet with pods was last given its size.</summary>
    private static bool IsScaling(Rollout rollout) => !rollout.IsRecreate && rollout.All.Any(set =>
        set.Replicas() > 0 && DeploymentAnnotations.DesiredReplicasOf(set) is { } desired && desired != rollout.Desired);

    private async Task NotePauseAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var known = Conditions.Find(rollout.Deployment.Object("status"), "Progressing").String("reason");
        if (DeploymentStatus.DeadlineSeconds(rollout.Deployment) is null || known == "ProgressDeadlineExceeded"
            || rollout.IsPaused == (known == "DeploymentPaused"))
        {
            return;
        }

        var status = (rollout.Deployment.Object("status") ?? []).DeepClone().AsObject();
        var (reason, message) = rollout.IsPaused ? ("DeploymentPaused", "Deployment is paused") : ("DeploymentResumed", "Deployment is resumed");
        Conditions.Set(status, new DeploymentStatus(rollout, Now).Condition("Progressing", "Unknown", reason, message));
        rollout.Deployment = await Context.Writer.ReplaceStatusAsync(ResourceTypes.Deployments, rollout.Deployment, status, cancellationToken);
    }

    private async Task WriteStatusAsync(Rollout rollout, JsonObject status, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(rollout.Deployment);
        if (DeploymentStatus.DeadlineOf(rollout.Deployment, status) is { } deadline)
        {
            // A second later: timestamps have whole seconds.
            Queue.AddAfter(key, deadline.AddSeconds(1) - Now);
        }

        try
        {
            await Context.Writer.ReplaceStatusAsync(ResourceTypes.Deployments, rollout.Deployment, status, cancellationToken);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // Its removal is on the way to us.
        }
    }

    // A Deployment that recreates its pods waits for the last one to be gone; no ReplicaSet's status tells that.
    private void OnPod(InformerChange change)
    {
        if (change.Old is not { } pod || (change.New is { } now && !now.IsFinished())
            || OwnerReferences.ControllerKey(pod, ResourceTypes.ReplicaSets) is not { } replicaSetKey)
        {
            return;
        }

        if (OwnerReferences.ControllerKey(_replicaSets.Find(replicaSetKey), ResourceTypes.Deployments) is { } key
            && _deployments.Find(key).Object("spec").Object("strategy").String("type") == "Recreate")
        {
            Queue.Add(key);
        }
    }
}

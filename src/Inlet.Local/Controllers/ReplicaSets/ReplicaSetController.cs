using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.ReplicaSets;

/// <summary>Keeps as many pods as a ReplicaSet asks for: makes and removes them, adopts and releases them as labels change.</summary>
internal sealed class ReplicaSetController : Controller<ObjectKey>
{
    private const string Name = "replicaset-controller";

    /// <summary>Pods made or removed in one turn at most.</summary>
    private const int Burst = 500;

    private readonly Informer _replicaSets;
    private readonly Informer _pods;
    private readonly Claims _claims;
    private readonly PodControl _podControl;

    public ReplicaSetController(ControllerContext context)
        : base(Name, context)
    {
        _replicaSets = context.Informers.Whole(ResourceTypes.ReplicaSets);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _claims = new Claims(context);
        _podControl = new PodControl(Name, ResourceTypes.ReplicaSets, context);
        _replicaSets.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change => Enqueue(ConcernedOwners.Of(change, ResourceTypes.ReplicaSets, _replicaSets)));
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_replicaSets.Find(key) is not { } replicaSet)
        {
            return;
        }

        var candidates = Claims.Candidates(_pods, replicaSet).Where(pod => pod.IsActive());
        var pods = await _claims.ClaimAsync(
            ResourceTypes.ReplicaSets, replicaSet, replicaSet.Selector(), ResourceTypes.Pods, candidates, cancellationToken);
        KubernetesApiException? refused = null;
        if (!replicaSet.IsBeingDeleted())
        {
            refused = await TryScaleAsync(replicaSet, pods, cancellationToken);
        }

        await WriteStatusAsync(replicaSet, pods, refused, cancellationToken);
        PodControl.ThrowIfWorthRetrying(refused);
    }

    private async Task<KubernetesApiException?> TryScaleAsync(JsonObject replicaSet, List<JsonObject> pods, CancellationToken cancellationToken)
    {
        var missing = replicaSet.Replicas() - pods.Count;
        try
        {
            if (missing > 0)
            {
                var wanted = Enumerable.Range(0, Math.Min(missing, Burst))
                    .Select(_ => _podControl.FromTemplate(replicaSet.Template(), replicaSet));
                await _podControl.CreateManyAsync(replicaSet, [.. wanted], cancellationToken);
            }
            else if (missing < 0)
            {
                var surplus = pods.Order(PodDeletionOrder.Instance).Take(Math.Min(-missing, Burst)).ToList();
                await _podControl.DeleteManyAsync(replicaSet, surplus, cancellationToken);
            }

            return null;
        }
        catch (KubernetesApiException exception)
        {
            return exception;
        }
    }

    private async Task WriteStatusAsync(
        JsonObject replicaSet, List<JsonObject> pods, KubernetesApiException? refused, CancellationToken cancellationToken)
    {
        var now = Now;
        var status = ReplicaSetStatus.Of(replicaSet, pods, refused, now);
        if (ReplicaSetStatus.NextAvailable(replicaSet, pods, now) is { } next)
        {
            Queue.AddAfter(ObjectKey.Of(replicaSet), next - now);
        }

        try
        {
            await Context.Writer.ReplaceStatusAsync(ResourceTypes.ReplicaSets, replicaSet, status, cancellationToken);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // Its removal is on the way to us.
        }
    }
}

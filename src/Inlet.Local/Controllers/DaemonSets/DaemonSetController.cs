using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;
using Inlet.Local.Controllers.Scheduling;

namespace Inlet.Local.Controllers.DaemonSets;

/// <summary>Keeps one pod on every node that its template allows: here, on the one node there is.</summary>
internal sealed class DaemonSetController : Controller<ObjectKey>
{
    private const string Name = "daemonset-controller";

    private readonly Informer _sets;
    private readonly Informer _pods;
    private readonly Informer _nodes;
    private readonly Claims _claims;
    private readonly PodControl _podControl;
    private readonly ControllerRevisions _revisions;

    public DaemonSetController(ControllerContext context)
        : base(Name, context)
    {
        _sets = context.Informers.Whole(ResourceTypes.DaemonSets);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _nodes = context.Informers.Whole(ResourceTypes.Nodes);
        _claims = new Claims(context);
        _podControl = new PodControl(Name, ResourceTypes.DaemonSets, context);
        _revisions = new ControllerRevisions(ResourceTypes.DaemonSets, context);
        _sets.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change => Enqueue(ConcernedOwners.Of(change, ResourceTypes.DaemonSets, _sets)));
        _nodes.Subscribe(OnNode);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_sets.Find(key) is not { } set || set.IsBeingDeleted())
        {
            return;
        }

        var pods = await _claims.ClaimAsync(
            ResourceTypes.DaemonSets, set, set.Selector(), ResourceTypes.Pods, Claims.Candidates(_pods, set), cancellationToken);
        var known = await _revisions.OfAsync(set, cancellationToken);
        var present = await _revisions.PresentAsync(set, known, cancellationToken);
        var hash = ControllerRevisions.HashOf(present);

        var status = new DaemonSetStatus(set, hash, Now);
        KubernetesApiException? refused = null;
        foreach (var node in _nodes.All())
        {
            var there = pods.Where(pod => DaemonPods.NodeOf(pod) == node.Name()).ToList();
            var pod = DaemonPods.Make(_podControl, set, node.Name(), hash);
            var (isWanted, mayStay) = (NodeFit.Refusal(pod, node) is null, NodeFit.MayStay(pod, node));
            status.Add(isWanted, there);
            refused = await TryStepAsync(set, new DaemonSetStep(set, isWanted, mayStay, there, hash, Now), pod, cancellationToken) ?? refused;
        }

        // Of nodes that are gone.
        await _podControl.DeleteManyAsync(
            set, pods.Where(pod => pod.IsActive() && _nodes.Find(new ObjectKey("", DaemonPods.NodeOf(pod))) is null), cancellationToken);
        if (status.NextAvailable is { } next)
        {
            Queue.AddAfter(key, next - Now);
        }

        await Context.Writer.ReplaceStatusAsync(ResourceTypes.DaemonSets, set, status.Build(), cancellationToken);
        var used = pods.Select(pod => pod.Labels().String(ControllerRevisions.HashLabel) ?? "").Append(hash).ToHashSet();
        await _revisions.CutHistoryAsync(set, known, used, cancellationToken);
        PodControl.ThrowIfWorthRetrying(refused);
    }

    private async Task<KubernetesApiException?> TryStepAsync(
        JsonObject set, DaemonSetStep step, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var failed in step.Failed)
            {
                Warning(set, "FailedDaemonPod", $"Found failed daemon pod {failed.Namespace()}/{failed.Name()} on node {DaemonPods.NodeOf(pod)}, will try to kill it");
            }

            await _podControl.DeleteManyAsync(set, [.. step.Failed, .. step.Delete], cancellationToken);
            if (step.Create)
            {
                await _podControl.CreateAsync(set, pod, cancellationToken);
            }

            return null;
        }
        catch (KubernetesApiException exception)
        {
            return exception;
        }
    }

    private void OnNode(InformerChange change)
    {
        if (NodeFit.SameForPods(change.Old, change.New))
        {
            return;
        }

        Enqueue(_sets.All().Select(ObjectKey.Of));
    }
}

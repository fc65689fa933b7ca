using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>
/// Binds pods to the one node there is. A pod the node cannot take stays Pending, says why, and is looked at again when the
/// node changes or a pod leaves it.
/// </summary>
internal sealed class Scheduler : Controller<ObjectKey>
{
    private const string Name = "default-scheduler";

    private readonly Informer _pods;
    private readonly Informer _nodes;
    private readonly NodeFit _fit;

    /// <summary>Pods on their way to the node: found to fit, and not yet shown there. Also guards the decision itself.</summary>
    private readonly Dictionary<ObjectKey, JsonObject> _binding = [];

    public Scheduler(ControllerContext context)
        : base(Name, context)
    {
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _nodes = context.Informers.Whole(ResourceTypes.Nodes);
        _fit = new NodeFit(_pods, context.Informers.Whole(ResourceTypes.Namespaces));
        _pods.Subscribe(OnPod);
        _nodes.Subscribe(OnNode);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_pods.Find(key) is not { } pod || !IsOurs(pod))
        {
            return;
        }

        var node = _nodes.Find(new ObjectKey("", Context.Options.NodeName));
        var obstacles = node is null ? [] : Reserve(pod, node);
        if (node is not null && obstacles.Count == 0)
        {
            await BindAsync(pod, node.Name(), cancellationToken);
            return;
        }

        var message = node is null
            ? "no nodes available to schedule pods"
            : $"0/1 nodes are available: {string.Join(", ", obstacles.Select(obstacle => $"1 {obstacle}"))}.";
        await ReportAsync(pod, message, cancellationToken);
    }

    // Several pods are bound at the same time; the decisions about them are made one after the other, each knowing those before.
    private IReadOnlyList<string> Reserve(JsonObject pod, JsonObject node)
    {
        lock (_binding)
        {
            var obstacles = _fit.Obstacles(pod, node, _binding.Values);
            if (obstacles.Count == 0)
            {
                _binding[ObjectKey.Of(pod)] = pod;
            }

            return obstacles;
        }
    }

    private async Task BindAsync(JsonObject pod, string node, CancellationToken cancellationToken)
    {
        try
        {
            await Context.Writer.BindAsync(pod, node, cancellationToken);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            return;
        }
        finally
        {
            lock (_binding)
            {
                _binding.Remove(ObjectKey.Of(pod));
            }
        }

        Normal(pod, "Scheduled", $"Successfully assigned {pod.Namespace()}/{pod.Name()} to {node}");
    }

    private async Task ReportAsync(JsonObject pod, string message, CancellationToken cancellationToken)
    {
        var known = Conditions.Find(pod.Object("status"), "PodScheduled");
        if (known.String("status") == "False" && known.String("message") == message)
        {
            return;
        }

        Warning(pod, "FailedScheduling", message);
        var status = (pod.Object("status") ?? []).DeepClone().AsObject();
        Conditions.Renew(status, new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "False",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = Timestamps.Format(Now),
            ["reason"] = "Unschedulable",
            ["message"] = message,
        });
        await Context.Writer.ReplaceStatusAsync(ResourceTypes.Pods, pod, status, cancellationToken);
    }

    private static bool IsOurs(JsonObject pod) =>
        pod.NodeName().Length == 0 && pod.IsActive() && pod.Object("spec").String("schedulerName") is null or Name
        && pod.Object("spec").Array("schedulingGates") is null or { Count: 0 };

    private void OnPod(InformerChange change)
    {
        if (change.New is { } pod && IsOurs(pod))
        {
            Queue.Add(change.Key);
        }

        // One that is still ending holds what it has.
        var left = change.Old is { } old && old.NodeName().Length > 0 && !old.IsFinished() && (change.New is null || change.New.IsFinished());
        var isNewThere = change.New?.NodeName().Length > 0
            && (change.Old is null || change.Old.NodeName().Length == 0 || !JsonNode.DeepEquals(change.Old.Labels(), change.New.Labels()));
        if (left)
        {
            TryAgain(_ => true);
        }
        else if (isNewThere)
        {
            TryAgain(PodAffinity.DependsOnOthers);
        }
    }

    private void OnNode(InformerChange change)
    {
        // Heartbeats change the status all the time; what a pod may wait for is elsewhere.
        if (change.Key.Name == Context.Options.NodeName && !NodeFit.SameForPods(change.Old, change.New))
        {
            TryAgain(_ => true);
        }
    }

    private void TryAgain(Func<JsonObject, bool> which)
    {
        Enqueue(_pods.All().Where(pod => IsOurs(pod) && which(pod)).Select(ObjectKey.Of));
    }
}

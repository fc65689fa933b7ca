using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>
/// Whether the node can take a pod: the filters of Kubernetes' scheduler that can say no with one node. The first filter that
/// refuses speaks, in Kubernetes' words.
/// </summary>
internal sealed class NodeFit(Informer pods, Informer namespaces)
{
    private const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    private readonly PodAffinity _affinity = new(namespaces);

    /// <param name="bound">Pods on their way to the node, which no informer shows there yet.</param>
    /// <returns>Empty when the pod fits.</returns>
    public IReadOnlyList<string> Obstacles(JsonObject pod, JsonObject node, IReadOnlyCollection<JsonObject> bound)
    {
        if (Refusal(pod, node) is { } refusal)
        {
            return [refusal];
        }

        var there = pods.All().Where(other => other.NodeName() == node.Name() && !other.IsFinished()).Concat(bound).ToList();
        if (!HostPorts.AreFree(pod, there))
        {
            return ["node(s) didn't have free ports for the requested pod ports"];
        }

        if (NodeResources.Insufficient(pod, node, there) is { Count: > 0 } lacks)
        {
            return lacks;
        }

        return (TopologySpread.Refusal(pod, node, there) ?? _affinity.Refusal(pod, node, there)) is { } reason ? [reason] : [];
    }

    /// <summary>Whether two states of a node are the same to a pod that waits for it.</summary>
    public static bool SameForPods(JsonObject? old, JsonObject? now) =>
        old is not null && now is not null
        && JsonNode.DeepEquals(old["spec"], now["spec"])
        && JsonNode.DeepEquals(old.Labels(), now.Labels())
        && JsonNode.DeepEquals(old.Object("status")?["allocatable"], now.Object("status")?["allocatable"]);

    /// <summary>What the pod itself rules out about the node: its taints, labels and being cordoned. Null when nothing.</summary>
    public static string? Refusal(JsonObject pod, JsonObject node)
    {
        var spec = pod.Object("spec");
        var tolerations = spec.Objects("tolerations").ToList();
        if (node.Object("spec").Boolean("unschedulable") == true
            && !tolerations.Any(t => Tolerates(t, new JsonObject { ["key"] = UnschedulableTaint, ["effect"] = "NoSchedule" })))
        {
            return "node(s) were unschedulable";
        }

        var untolerated = node.Object("spec").Objects("taints")
            .FirstOrDefault(taint => taint.String("effect") is "NoSchedule" or "NoExecute" && !tolerations.Any(t => Tolerates(t, taint)));
        if (untolerated is not null)
        {
            return $"node(s) had untolerated taint {{{untolerated.String("key")}: {untolerated.String("value")}}}";
        }

        return NodeAffinity.Matches(spec, node) ? null : "node(s) didn't match Pod's node affinity/selector";
    }

    /// <summary>Whether a pod that is there may stay: NoSchedule taints and cordons keep new ones away only.</summary>
    public static bool MayStay(JsonObject pod, JsonObject node)
    {
        var tolerations = pod.Object("spec").Objects("tolerations").ToList();
        return NodeAffinity.Matches(pod.Object("spec"), node)
            && node.Object("spec").Objects("taints").All(taint => taint.String("effect") != "NoExecute" || tolerations.Any(t => Tolerates(t, taint)));
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint)
    {
        var (effect, key) = (toleration.String("effect") ?? "", toleration.String("key") ?? "");
        if ((effect.Length > 0 && effect != taint.String("effect")) || (key.Length > 0 && key != taint.String("key")))
        {
            return false;
        }

        return toleration.String("operator") == "Exists"
            || (key.Length > 0 && (toleration.String("value") ?? "") == (taint.String("value") ?? ""));
    }
}

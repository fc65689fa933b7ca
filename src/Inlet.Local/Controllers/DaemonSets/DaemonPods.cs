using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;
using Inlet.Local.Controllers.Revisions;

namespace Inlet.Local.Controllers.DaemonSets;

/// <summary>The pods of a DaemonSet: each is meant for one node, and stays there through what drives others away.</summary>
internal static class DaemonPods
{
    private const string NameField = "metadata.name";

    /// <summary>Taints a daemon bears; Kubernetes adds these tolerations to every daemon pod.</summary>
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public static JsonObject Make(PodControl control, JsonObject set, string node, string hash)
    {
        var pod = control.FromTemplate(set.Template(), set);
        pod.Metadata()!.GetOrAddObject("labels")[ControllerRevisions.HashLabel] = hash;
        var spec = pod.Object("spec")!;
        Require(spec, node);
        var tolerations = spec.Array("tolerations") ?? [];
        foreach (var (key, effect) in Tolerated)
        {
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        }

        if (spec.Boolean("hostNetwork") == true)
        {
            tolerations.Add(new JsonObject { ["key"] = "node.kubernetes.io/network-unavailable", ["operator"] = "Exists", ["effect"] = "NoSchedule" });
        }

        spec["tolerations"] = tolerations;
        return pod;
    }

    /// <summary>The node a daemon pod is on, or was made for; empty when it says neither.</summary>
    public static string NodeOf(JsonObject pod) => pod.NodeName() is { Length: > 0 } node ? node : RequiredTerms(pod.Object("spec"))
        .SelectMany(term => term.Objects("matchFields"))
        .Where(field => field.String("key") == NameField)
        .Select(field => field.Array("values")?.FirstOrDefault()?.ToString())
        .FirstOrDefault() ?? "";

    /// <summary>Adds the node's name to every alternative the template gives for nodes: all of them must hold on this one.</summary>
    private static void Require(JsonObject spec, string node)
    {
        var required = spec.GetOrAddObject("affinity").GetOrAddObject("nodeAffinity").GetOrAddObject("requiredDuringSchedulingIgnoredDuringExecution");
        var terms = required.Array("nodeSelectorTerms");
        if (terms is null or { Count: 0 })
        {
            required["nodeSelectorTerms"] = terms = [new JsonObject()];
        }

        foreach (var term in terms.OfType<JsonObject>())
        {
            term["matchFields"] = new JsonArray(new JsonObject { ["key"] = NameField, ["operator"] = "In", ["values"] = new JsonArray(node) });
        }
    }

    private static IEnumerable<JsonObject> RequiredTerms(JsonObject? spec) =>
        spec.Object("affinity").Object("nodeAffinity").Object("requiredDuringSchedulingIgnoredDuringExecution").Objects("nodeSelectorTerms");
}

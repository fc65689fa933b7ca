using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>
/// <c>topologySpreadConstraints</c> that must hold. One node is one domain, over which everything is spread evenly, unless the
/// node lacks the topology's label or more domains are asked for.
/// </summary>
internal static class TopologySpread
{
    private const string Refused = "node(s) didn't match pod topology spread constraints";

    /// <param name="there">The pods that share the node.</param>
    public static string? Refusal(JsonObject pod, JsonObject node, IReadOnlyCollection<JsonObject> there)
    {
        foreach (var constraint in pod.Object("spec").Objects("topologySpreadConstraints").Where(c => c.String("whenUnsatisfiable") == "DoNotSchedule"))
        {
            if (node.Labels().String(constraint.String("topologyKey") ?? "") is null)
            {
                return $"{Refused} (missing required label)";
            }

            if ((constraint.Integer("minDomains") ?? 1) > 1 && Alike(pod, constraint, there) >= (constraint.Integer("maxSkew") ?? 1))
            {
                return Refused;
            }
        }

        return null;
    }

    private static int Alike(JsonObject pod, JsonObject constraint, IEnumerable<JsonObject> there)
    {
        var selector = LabelSelector.FromObject(constraint.Object("labelSelector"));
        return there.Count(other => other.Namespace() == pod.Namespace() && !other.IsBeingDeleted() && selector.Matches(other.Labels()));
    }
}

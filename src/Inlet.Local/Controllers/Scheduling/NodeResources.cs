using System.Numerics;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>Whether what pods request fits into what the node has (<c>status.allocatable</c>).</summary>
internal static class NodeResources
{
    private static readonly string[] AlwaysThere = ["cpu", "memory", "ephemeral-storage"];

    /// <param name="there">The pods that share the node.</param>
    /// <returns>One text per resource that is short; empty when all fit.</returns>
    public static IReadOnlyList<string> Insufficient(JsonObject pod, JsonObject node, IReadOnlyCollection<JsonObject> there)
    {
        var allocatable = node.Object("status").Object("allocatable");
        var lacks = new List<string>();
        if (Amount(allocatable, "pods") is { } most && (there.Count + 1) * Nano > most)
        {
            lacks.Add("Too many pods");
        }

        foreach (var (resource, wanted) in Requests(pod).Where(request => request.Value > 0))
        {
            var has = Amount(allocatable, resource);
            // A node that does not say what it has of the ordinary resources sets no limit to them.
            if (has is null && AlwaysThere.Contains(resource))
            {
                continue;
            }

            var taken = there.Aggregate(BigInteger.Zero, (sum, other) => sum + Requests(other).GetValueOrDefault(resource));
            if (taken + wanted > (has ?? 0))
            {
                lacks.Add($"Insufficient {resource}");
            }
        }

        return lacks;
    }

    private static readonly BigInteger Nano = new(1_000_000_000);

    /// <summary>
    /// What a pod takes at its hungriest: its containers and sidecars together, or one init container beside the sidecars
    /// started before it; and its overhead.
    /// </summary>
    private static Dictionary<string, BigInteger> Requests(JsonObject pod)
    {
        var spec = pod.Object("spec");
        var sidecars = new Dictionary<string, BigInteger>();
        var starting = new Dictionary<string, BigInteger>();
        foreach (var container in spec.Objects("initContainers"))
        {
            var requests = container.Object("resources").Object("requests");
            if (container.String("restartPolicy") == "Always")
            {
                AddTo(sidecars, requests);
                continue;
            }

            var now = new Dictionary<string, BigInteger>(sidecars);
            AddTo(now, requests);
            RaiseTo(starting, now);
        }

        foreach (var container in spec.Objects("containers"))
        {
            AddTo(sidecars, container.Object("resources").Object("requests"));
        }

        RaiseTo(sidecars, starting);
        AddTo(sidecars, spec.Object("overhead"));
        return sidecars;
    }

    private static void AddTo(Dictionary<string, BigInteger> sum, JsonObject? amounts)
    {
        foreach (var (resource, _) in amounts ?? [])
        {
            sum[resource] = sum.GetValueOrDefault(resource) + (Amount(amounts, resource) ?? 0);
        }
    }

    private static void RaiseTo(Dictionary<string, BigInteger> amounts, Dictionary<string, BigInteger> least)
    {
        foreach (var (resource, amount) in least)
        {
            amounts[resource] = BigInteger.Max(amounts.GetValueOrDefault(resource), amount);
        }
    }

    private static BigInteger? Amount(JsonObject? amounts, string resource) =>
        amounts?[resource] is { } value ? Quantity.Nanos(value.ToString()) : null;
}

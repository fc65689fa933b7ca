using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads a container's requests and limits (<c>resourceFieldRef</c>), in units of the divisor, rounded up.</summary>
internal static class ResourceReferences
{
    /// <param name="ownContainer">Whose resources are meant when the reference names no container.</param>
    /// <exception cref="ConfigurationException">No such container or resource, or a divisor that is none.</exception>
    public static string Read(PodFacts facts, JsonObject reference, string ownContainer)
    {
        var name = reference.String("containerName") is { Length: > 0 } given ? given : ownContainer;
        var spec = facts.Pod.Object("spec");
        var container = spec.Objects("containers").Concat(spec.Objects("initContainers")).FirstOrDefault(c => c.String("name") == name)
            ?? throw new ConfigurationException($"container {name} not found");
        var resource = reference.String("resource") ?? "";
        if (resource.Split('.', 2) is not [("limits" or "requests") and var list, var kind])
        {
            throw new ConfigurationException($"unsupported container resource: {resource}");
        }

        var quantity = container.Object("resources").Object(list).String(kind)
            ?? (list == "limits" ? facts.Allocatable.GetValueOrDefault(kind) : null)
            ?? "0";
        var divisor = Nanos(reference["divisor"]?.ToString() is { Length: > 0 } text and not "0" ? text : "1", resource);
        var value = Nanos(quantity, resource);
        return ((value + divisor - 1) / divisor).ToString(CultureInfo.InvariantCulture);
    }

    private static BigInteger Nanos(string quantity, string resource)
    {
        var nanos = Quantity.Nanos(quantity) ?? throw new ConfigurationException($"{resource}: {quantity} is no quantity");
        return nanos > 0 || quantity == "0" ? nanos : throw new ConfigurationException($"{resource}: {quantity} must be greater than zero");
    }
}

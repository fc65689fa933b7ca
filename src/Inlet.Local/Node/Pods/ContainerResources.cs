using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads what of a container's <c>resources</c> the kernel enforces.</summary>
internal static class ContainerResources
{
    private const long NanosPerMilli = 1_000_000;
    private const long NanosPerUnit = 1_000_000_000;

    public static ContainerLimits Limits(JsonObject container)
    {
        var resources = container.Object("resources");
        return new ContainerLimits(
            Amount(resources.Object("limits").String("memory"), NanosPerUnit),
            Amount(resources.Object("limits").String("cpu"), NanosPerMilli),
            Amount(resources.Object("requests").String("cpu"), NanosPerMilli));
    }

    private static long? Amount(string? quantity, long nanos) =>
        quantity is not null && Quantity.Nanos(quantity) is { } value && value > 0 ? (long)System.Numerics.BigInteger.Min((value + nanos - 1) / nanos, long.MaxValue) : null;
}

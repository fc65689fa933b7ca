using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Probes;

/// <summary>When a probe runs and how often it must agree with itself. Zero and missing values mean Kubernetes' defaults.</summary>
internal sealed record ProbeSpec(
    JsonObject Handler, TimeSpan InitialDelay, TimeSpan Period, TimeSpan Timeout, int SuccessThreshold, int FailureThreshold)
{
    /// <summary>Null when the container has no such probe.</summary>
    public static ProbeSpec? Read(JsonObject container, string name) => container.Object(name) is not { } probe ? null : new ProbeSpec(
        probe,
        TimeSpan.FromSeconds(probe.Integer("initialDelaySeconds") ?? 0),
        TimeSpan.FromSeconds(Positive(probe, "periodSeconds", 10)),
        TimeSpan.FromSeconds(Positive(probe, "timeoutSeconds", 1)),
        (int)Positive(probe, "successThreshold", 1),
        (int)Positive(probe, "failureThreshold", 3));

    private static long Positive(JsonObject probe, string key, long otherwise) => probe.Integer(key) is > 0 and var value ? value : otherwise;
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Pods;

/// <summary>What controllers read from a pod.</summary>
internal static class PodFacts
{
    public static string Phase(this JsonObject pod) => pod.Object("status").String("phase") ?? "";

    public static string NodeName(this JsonObject pod) => pod.Object("spec").String("nodeName") ?? "";

    /// <summary>Its containers have all ended for good.</summary>
    public static bool IsFinished(this JsonObject pod) => pod.Phase() is "Succeeded" or "Failed";

    /// <summary>Counts towards a controller's replicas.</summary>
    public static bool IsActive(this JsonObject pod) => !pod.IsFinished() && !pod.IsBeingDeleted();

    public static bool IsReady(this JsonObject pod) => Conditions.Find(pod.Object("status"), "Ready").String("status") == "True";

    /// <summary>Since when the pod is ready; null when it is not, or does not say.</summary>
    public static DateTimeOffset? ReadySince(this JsonObject pod) =>
        pod.IsReady() && Timestamps.TryParse(Conditions.Find(pod.Object("status"), "Ready").String("lastTransitionTime"), out var since)
            ? since
            : null;

    /// <summary>When the pod counts, or will count, as available: ready for <paramref name="minReadySeconds"/>. Null while it is not ready.</summary>
    public static DateTimeOffset? AvailableAt(this JsonObject pod, long minReadySeconds) =>
        !pod.IsReady() ? null
        : minReadySeconds == 0 ? DateTimeOffset.MinValue
        : pod.ReadySince()?.AddSeconds(minReadySeconds);

    public static long Restarts(this JsonObject pod) =>
        pod.Object("status").Objects("containerStatuses").Sum(container => container.Integer("restartCount") ?? 0);
}

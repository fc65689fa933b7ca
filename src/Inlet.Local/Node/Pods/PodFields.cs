using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>Readings of a pod that several parts of the agent need.</summary>
internal static class PodFields
{
    private const int LongestHostName = 63;

    public static bool IsOnHostNetwork(JsonObject pod) => pod.Object("spec").Boolean("hostNetwork") == true;

    /// <summary>What the pod calls itself: <c>spec.hostname</c>, else its name, no longer than a host name may be.</summary>
    public static string HostName(JsonObject pod)
    {
        var name = pod.Object("spec").String("hostname") is { Length: > 0 } given ? given : pod.Name();
        return name.Length > LongestHostName ? name[..LongestHostName].TrimEnd('-', '.') : name;
    }

    public static string RestartPolicy(JsonObject pod) => pod.Object("spec").String("restartPolicy") ?? "Always";

    /// <summary>Whether the pod has ended for good: such a pod is never started again.</summary>
    public static bool HasEnded(JsonObject pod) => pod.Object("status").String("phase") is "Succeeded" or "Failed";

    /// <summary>How long its containers get to end: what the deletion says, else the spec.</summary>
    public static TimeSpan GracePeriod(JsonObject pod) => TimeSpan.FromSeconds(
        pod.Metadata().Integer("deletionGracePeriodSeconds") ?? pod.Object("spec").Integer("terminationGracePeriodSeconds") ?? 30);
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>A pod's <c>qosClass</c> (Kubernetes documentation, "Pod Quality of Service Classes").</summary>
internal static class PodQuality
{
    public static string Of(JsonObject? spec)
    {
        var resources = spec.Objects("containers").Concat(spec.Objects("initContainers")).Select(c => c.Object("resources")).ToList();
        if (!resources.Any(r => HasAny(r.Object("requests")) || HasAny(r.Object("limits"))))
        {
            return "BestEffort";
        }

        return resources.All(IsGuaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool IsGuaranteed(JsonObject? resources) => ((ReadOnlySpan<string>)["cpu", "memory"]).ToArray().All(name =>
        resources.Object("limits").String(name) is { } limit && (resources.Object("requests").String(name) ?? limit) == limit);

    private static bool HasAny(JsonObject? list) => list is not null && (list.ContainsKey("cpu") || list.ContainsKey("memory"));
}

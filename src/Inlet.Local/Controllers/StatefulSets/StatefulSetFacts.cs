using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Deployments;

namespace Inlet.Local.Controllers.StatefulSets;

/// <summary>What is read from a StatefulSet, and from its pods.</summary>
internal static class StatefulSetFacts
{
    /// <summary>One pod after the other, each when the one before is available.</summary>
    public static bool IsOrdered(this JsonObject set) => set.Object("spec").String("podManagementPolicy") != "Parallel";

    public static bool RollsUpdates(this JsonObject set) => set.Object("spec").Object("updateStrategy").String("type") != "OnDelete";

    public static int FirstOrdinal(this JsonObject set) => (int)(set.Object("spec").Object("ordinals").Integer("start") ?? 0);

    /// <summary>Pods below this ordinal keep the revision they have.</summary>
    public static int FirstUpdated(this JsonObject set) =>
        set.FirstOrdinal() + (int)(set.Object("spec").Object("updateStrategy").Object("rollingUpdate").Integer("partition") ?? 0);

    /// <summary>Pods an update may take at a time; at least 1.</summary>
    public static int MostUnavailable(this JsonObject set) =>
        set.Object("spec").Object("updateStrategy").Object("rollingUpdate")?["maxUnavailable"] is { } most
            ? Math.Max(1, RolloutLimits.Resolve(most, set.Replicas(), roundUp: false))
            : 1;

    /// <summary>The number at the end of the pod's name; null when the name is not one this set gives.</summary>
    public static int? OrdinalOf(this JsonObject set, JsonObject pod)
    {
        var (name, prefix) = (pod.Name(), $"{set.Name()}-");
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
                ? ordinal
                : null;
    }
}

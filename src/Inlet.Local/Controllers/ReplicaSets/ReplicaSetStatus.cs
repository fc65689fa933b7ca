using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.ReplicaSets;

/// <summary>A ReplicaSet's <c>status</c> from the pods it owns.</summary>
internal static class ReplicaSetStatus
{
    /// <param name="pods">As they were before this turn made or removed some: what those become, the next turn tells.</param>
    /// <param name="refused">Why pods could not be made or removed, or null.</param>
    public static JsonObject Of(JsonObject replicaSet, IReadOnlyList<JsonObject> pods, KubernetesApiException? refused, DateTimeOffset now)
    {
        var status = (replicaSet.Object("status") ?? []).DeepClone().AsObject();
        var templateLabels = LabelSelector.FromMap(replicaSet.Template().Object("metadata").Object("labels"));
        var minReadySeconds = replicaSet.MinReadySeconds();
        status["replicas"] = pods.Count;
        status.SetCount("fullyLabeledReplicas", pods.Count(pod => templateLabels.Matches(pod.Labels())));
        status.SetCount("readyReplicas", pods.Count(pod => pod.IsReady()));
        status.SetCount("availableReplicas", pods.Count(pod => pod.AvailableAt(minReadySeconds) <= now));
        status["observedGeneration"] = replicaSet.Generation();
        if (refused is null)
        {
            Conditions.Remove(status, "ReplicaFailure");
        }
        else
        {
            Conditions.Set(status, Failure(refused, replicaSet.Replicas() > pods.Count, now));
        }

        return status;
    }

    /// <summary>When the next ready pod becomes available by the passing of time alone; null when none will.</summary>
    public static DateTimeOffset? NextAvailable(JsonObject replicaSet, IReadOnlyList<JsonObject> pods, DateTimeOffset now) =>
        pods.Select(pod => pod.AvailableAt(replicaSet.MinReadySeconds())).Where(at => at > now).Min();

    private static JsonObject Failure(KubernetesApiException refused, bool creating, DateTimeOffset now) => new()
    {
        ["type"] = "ReplicaFailure",
        ["status"] = "True",
        ["lastTransitionTime"] = Timestamps.Format(now),
        ["reason"] = creating ? "FailedCreate" : "FailedDelete",
        ["message"] = refused.Message,
    };
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Deployments;

/// <summary>
/// A Deployment's <c>status</c> from its ReplicaSets: the counters, and the conditions Available, Progressing and ReplicaFailure
/// with Kubernetes' reasons and words. Pure.
/// </summary>
internal sealed class DeploymentStatus(Rollout rollout, DateTimeOffset now)
{
    private const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    private const string DeadlineExceeded = "ProgressDeadlineExceeded";

    private readonly JsonObject _deployment = rollout.Deployment;

    /// <summary>After a rollout's turn, where progress counts.</summary>
    /// <param name="started">Of this turn: a ReplicaSet was made, found again, or could not be made; null for none of these.</param>
    public JsonObject Progressed(JsonObject? started)
    {
        var status = Counted();
        if (Deadline is null)
        {
            Conditions.Remove(status, "Progressing");
        }
        else
        {
            if (started is not null)
            {
                Conditions.Set(status, started);
            }

            var known = Conditions.Find(status, "Progressing").String("reason");
            var wasComplete = status.Integer("replicas") == status.Integer("updatedReplicas") && known == NewReplicaSetAvailable;
            if (!wasComplete)
            {
                SetProgress(status);
            }
        }

        SetFailure(status);
        return status;
    }

    /// <summary>While paused, deleted or only scaled: counters and availability, progress stays as it was.</summary>
    public JsonObject Synced() => Counted();

    /// <summary>The state after everything is as wanted: all pods updated, available, and none besides them.</summary>
    public static bool IsComplete(JsonObject deployment, JsonObject status) =>
        Count(status, "updatedReplicas") == deployment.Replicas()
        && Count(status, "replicas") == deployment.Replicas()
        && Count(status, "availableReplicas") == deployment.Replicas()
        && (status.Integer("observedGeneration") ?? 0) >= deployment.Generation();

    /// <summary>When the rollout runs out of time unless something moves; null when it is complete, failed already, or has no deadline.</summary>
    public static DateTimeOffset? DeadlineOf(JsonObject deployment, JsonObject status)
    {
        var progress = Conditions.Find(status, "Progressing");
        if (DeadlineSeconds(deployment) is not { } seconds || progress is null || IsComplete(deployment, status)
            || progress.String("reason") is NewReplicaSetAvailable or DeadlineExceeded or "DeploymentPaused")
        {
            return null;
        }

        return Timestamps.TryParse(progress.String("lastUpdateTime"), out var last) ? last.AddSeconds(seconds) : null;
    }

    public static long? DeadlineSeconds(JsonObject deployment) =>
        deployment.Object("spec").Integer("progressDeadlineSeconds") is { } seconds and < int.MaxValue ? seconds : null;

    public JsonObject Condition(string type, string status, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["lastUpdateTime"] = Timestamps.Format(now),
        ["lastTransitionTime"] = Timestamps.Format(now),
        ["reason"] = reason,
        ["message"] = message,
    };

    private long? Deadline => DeadlineSeconds(_deployment);

    private JsonObject Counted()
    {
        var status = (_deployment.Object("status") ?? []).DeepClone().AsObject();
        var available = rollout.All.Sum(set => set.Status("availableReplicas"));
        status["observedGeneration"] = _deployment.Generation();
        status.SetCount("replicas", rollout.All.Sum(set => set.Status("replicas")));
        status.SetCount("updatedReplicas", rollout.New?.Status("replicas") ?? 0);
        status.SetCount("readyReplicas", rollout.All.Sum(set => set.Status("readyReplicas")));
        status.SetCount("availableReplicas", available);
        status.SetCount("unavailableReplicas", Math.Max(0, rollout.TotalReplicas - available));
        Conditions.Set(status, available >= rollout.Desired - rollout.Limits.Unavailable
            ? Condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            : Condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."));
        return status;
    }

    private void SetProgress(JsonObject status)
    {
        var subject = rollout.New is { } set ? $"ReplicaSet \"{set.Name()}\"" : $"Deployment \"{_deployment.Name()}\"";
        if (IsComplete(_deployment, status))
        {
            Conditions.Set(status, Condition("Progressing", "True", NewReplicaSetAvailable, $"{subject} has successfully progressed."));
        }
        else if (HasProgressed(status))
        {
            // Also when nothing else changes in it: lastUpdateTime is from where the deadline counts.
            Conditions.Renew(status, Condition("Progressing", "True", "ReplicaSetUpdated", $"{subject} is progressing."));
        }
        else if (IsOutOfTime(status))
        {
            Conditions.Set(status, Condition("Progressing", "False", DeadlineExceeded, $"{subject} has timed out progressing."));
        }
    }

    private bool HasProgressed(JsonObject status)
    {
        var old = _deployment.Object("status");
        return Count(status, "updatedReplicas") > Count(old, "updatedReplicas")
            || Count(status, "replicas") - Count(status, "updatedReplicas") < Count(old, "replicas") - Count(old, "updatedReplicas")
            || Count(status, "readyReplicas") > Count(old, "readyReplicas")
            || Count(status, "availableReplicas") > Count(old, "availableReplicas");
    }

    private bool IsOutOfTime(JsonObject status) => DeadlineOf(_deployment, status) is { } deadline && deadline < now;

    private void SetFailure(JsonObject status)
    {
        var failures = rollout.All.Select(set => Conditions.Find(set.Object("status"), "ReplicaFailure")).OfType<JsonObject>().ToList();
        // The newest one's counts: it stands last.
        if (failures.LastOrDefault() is { } failure)
        {
            Conditions.Set(status, Condition(
                "ReplicaFailure", failure.String("status") ?? "True", failure.String("reason") ?? "", failure.String("message") ?? ""));
        }
        else
        {
            Conditions.Remove(status, "ReplicaFailure");
        }
    }

    private static long Count(JsonObject? status, string counter) => status.Integer(counter) ?? 0;
}

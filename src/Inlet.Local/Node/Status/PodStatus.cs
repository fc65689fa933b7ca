using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node.Pods;

namespace Inlet.Local.Node.Status;

/// <summary>What a pod's status is made of, besides its containers.</summary>
/// <param name="Ended">A verdict on the whole pod that its containers do not tell (<c>DeadlineExceeded</c>, …); null without.</param>
internal sealed record PodStatusFacts(
    JsonObject Pod, IReadOnlyList<ContainerUnit> Units, DateTimeOffset StartTime, IPAddress HostAddress, IPAddress? PodAddress, bool SandboxReady,
    PodVerdict? Ended);

/// <param name="Reason">CamelCase, for <c>status.reason</c>.</param>
internal sealed record PodVerdict(string Reason, string Message);

/// <summary>Writes a pod's status as Kubernetes does: phase, conditions, one status per container.</summary>
internal static class PodStatus
{
    public static JsonObject Build(PodStatusFacts facts, DateTimeOffset now)
    {
        var phase = Phase(facts);
        var status = new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = Conditions(facts, phase, now),
            ["hostIP"] = facts.HostAddress.ToString(),
            ["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = facts.HostAddress.ToString() }),
            ["startTime"] = Timestamps.Format(facts.StartTime),
            ["containerStatuses"] = Statuses(facts.Units.Where(u => !u.IsInit)),
        };
        if (facts.PodAddress is { } address)
        {
            status["podIP"] = address.ToString();
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address.ToString() });
        }

        if (facts.Units.Any(u => u.IsInit))
        {
            status["initContainerStatuses"] = Statuses(facts.Units.Where(u => u.IsInit));
        }

        if (facts.Ended is { } ended)
        {
            status["reason"] = ended.Reason;
            status["message"] = ended.Message;
        }

        return status;
    }

    public static string Phase(PodStatusFacts facts)
    {
        if (facts.Ended is not null)
        {
            return "Failed";
        }

        var policy = PodFields.RestartPolicy(facts.Pod);
        var inits = facts.Units.Where(u => u.Kind == ContainerKind.Init).ToList();
        if (policy == "Never" && inits.Exists(u => u.State is Terminated { ExitCode: not 0 }))
        {
            return "Failed";
        }

        var mains = facts.Units.Where(u => !u.IsInit).ToList();
        // Waiting after an end is part of running; waiting for a first start is not.
        if (!inits.TrueForAll(u => u.HasSucceeded) || mains.Exists(u => u is { State: Waiting, LastEnd: null }))
        {
            return "Pending";
        }

        return mains.TrueForAll(u => u.State is Terminated) ? EndedPhase(policy, mains) : "Running";
    }

    private static string EndedPhase(string policy, List<ContainerUnit> mains) => policy switch
    {
        "Always" => "Running",
        _ when mains.TrueForAll(u => u.HasSucceeded) => "Succeeded",
        "Never" => "Failed",
        _ => "Running",
    };

    private static JsonArray Conditions(PodStatusFacts facts, string phase, DateTimeOffset now)
    {
        var unready = facts.Units.Where(u => u.Kind != ContainerKind.Init && !u.IsReady).Select(u => u.Name).ToList();
        var pendingInits = facts.Units.Where(u => u.IsInit && !IsInitialized(u)).Select(u => u.Name).ToList();
        var hasEnded = phase is "Succeeded" or "Failed";
        var containersReady = hasEnded
            ? new Condition("ContainersReady", false, phase == "Succeeded" ? "PodCompleted" : "PodFailed", "")
            : unready.Count == 0
                ? new Condition("ContainersReady", true, "", "")
                : new Condition("ContainersReady", false, "ContainersNotReady", $"containers with unready status: [{string.Join(' ', unready)}]");
        var initialized = pendingInits.Count == 0 || phase == "Succeeded"
            ? new Condition("Initialized", true, phase == "Succeeded" ? "PodCompleted" : "", "")
            : new Condition("Initialized", false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', pendingInits)}]");
        return
        [
            ToJson(new Condition("PodReadyToStartContainers", facts.SandboxReady, "", ""), facts.Pod, now),
            ToJson(initialized, facts.Pod, now),
            ToJson(Ready(facts.Pod, containersReady), facts.Pod, now),
            ToJson(containersReady, facts.Pod, now),
            ToJson(new Condition("PodScheduled", true, "", ""), facts.Pod, now),
        ];
    }

    private static bool IsInitialized(ContainerUnit unit) => unit.Kind == ContainerKind.Sidecar ? unit.IsStarted : unit.HasSucceeded;

    /// <summary>Ready containers, and every condition the pod's readiness gates name.</summary>
    private static Condition Ready(JsonObject pod, Condition containersReady)
    {
        if (!containersReady.IsTrue)
        {
            return containersReady with { Type = "Ready" };
        }

        foreach (var gate in pod.Object("spec").Objects("readinessGates").Select(g => g.String("conditionType") ?? ""))
        {
            var condition = pod.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == gate);
            if (condition.String("status") != "True")
            {
                var what = condition is null ? $"corresponding condition of pod readiness gate \"{gate}\" does not exist." : $"the status of pod readiness gate \"{gate}\" is not \"True\", but {condition.String("status")}";
                return new Condition("Ready", false, "ReadinessGatesNotReady", what);
            }
        }

        return new Condition("Ready", true, "", "");
    }

    private static JsonObject ToJson(Condition condition, JsonObject pod, DateTimeOffset now)
    {
        var before = pod.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == condition.Type);
        var status = condition.IsTrue ? "True" : "False";
        var json = new JsonObject
        {
            ["type"] = condition.Type,
            ["status"] = status,
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = before.String("status") == status && before.String("lastTransitionTime") is { } since ? since : Timestamps.Format(now),
        };
        if (condition.Reason.Length > 0)
        {
            json["reason"] = condition.Reason;
        }

        if (condition.Message.Length > 0)
        {
            json["message"] = condition.Message;
        }

        return json;
    }

    private static JsonArray Statuses(IEnumerable<ContainerUnit> units) => [.. units.Select(Status)];

    private static JsonNode Status(ContainerUnit unit)
    {
        var status = new JsonObject
        {
            ["name"] = unit.Name,
            ["image"] = unit.Spec.String("image") ?? "",
            ["imageID"] = "",
            ["ready"] = unit.Kind == ContainerKind.Init ? unit.HasSucceeded : unit.IsReady,
            ["started"] = unit.IsStarted,
            ["restartCount"] = unit.RestartCount,
            ["state"] = unit.State.ToJson(),
            ["lastState"] = unit.LastEnd?.ToJson() ?? [],
        };
        if (unit.ContainerId.Length > 0)
        {
            status["containerID"] = unit.ContainerId;
        }

        if (unit.IsRunning && unit.Spec.Object("resources") is { Count: > 0 } resources)
        {
            status["resources"] = resources.DeepClone();
            if (resources.Object("requests") is { } requests)
            {
                status["allocatedResources"] = requests.DeepClone();
            }
        }

        return status;
    }

    private sealed record Condition(string Type, bool IsTrue, string Reason, string Message);
}

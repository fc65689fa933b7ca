using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Tables;

/// <summary>What <c>kubectl get pods</c> says of a pod: containers ready, the one word of STATUS, restarts.</summary>
/// <param name="LastRestart">When the latest restarted container last ended; null when none did.</param>
internal sealed record PodSummary(string Reason, int ReadyContainers, int Containers, long Restarts, DateTimeOffset? LastRestart)
{
    public static PodSummary Of(JsonObject pod)
    {
        var status = pod.Object("status");
        var reason = status.String("reason") is { Length: > 0 } given ? given : status.String("phase") ?? "";
        if (Condition(status, "PodScheduled").String("reason") == "SchedulingGated")
        {
            reason = "SchedulingGated";
        }

        var containers = pod.Object("spec").Objects("containers").Count();
        var init = Initializing(pod, status);
        long restarts = init.Restarts;
        var lastRestart = init.LastRestart;
        var ready = 0;
        if (init.Reason is not null && Condition(status, "Initialized").String("status") != "True")
        {
            reason = init.Reason;
        }
        else
        {
            (reason, ready, restarts, lastRestart) = Running(status, reason);
        }

        if (pod.IsBeingDeleted())
        {
            reason = status.String("reason") == "NodeLost" ? "Unknown"
                : status.String("phase") is "Succeeded" or "Failed" ? reason
                : "Terminating";
        }

        return new PodSummary(reason, ready, containers, restarts, lastRestart);
    }

    private static (string? Reason, long Restarts, DateTimeOffset? LastRestart) Initializing(JsonObject pod, JsonObject? status)
    {
        long restarts = 0;
        DateTimeOffset? lastRestart = null;
        var total = pod.Object("spec").Objects("initContainers").Count();
        foreach (var (container, index) in status.Objects("initContainerStatuses").Select((c, i) => (c, i)))
        {
            restarts += container.Integer("restartCount") ?? 0;
            lastRestart = Later(lastRestart, LastEnd(container));
            var state = container.Object("state");
            var terminated = state.Object("terminated");
            if (terminated is not null && terminated.Integer("exitCode") == 0)
            {
                continue;
            }

            var reason = terminated is not null ? $"Init:{EndReason(terminated)}"
                : state.Object("waiting").String("reason") is { Length: > 0 } waiting and not "PodInitializing" ? $"Init:{waiting}"
                : $"Init:{index}/{total}";
            return (reason, restarts, lastRestart);
        }

        return (null, restarts, lastRestart);
    }

    private static (string Reason, int Ready, long Restarts, DateTimeOffset? LastRestart) Running(JsonObject? status, string reason)
    {
        var ready = 0;
        long restarts = 0;
        DateTimeOffset? lastRestart = null;
        var running = false;
        // Backwards: of several troubled containers the first one names the pod's state.
        foreach (var container in status.Objects("containerStatuses").Reverse())
        {
            restarts += container.Integer("restartCount") ?? 0;
            lastRestart = Later(lastRestart, LastEnd(container));
            var state = container.Object("state");
            if (state.Object("waiting").String("reason") is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (state.Object("terminated") is { } terminated)
            {
                reason = EndReason(terminated);
            }
            else if (container.Boolean("ready") == true && state.Object("running") is not null)
            {
                running = true;
                ready++;
            }
        }

        if (reason == "Completed" && running)
        {
            reason = Condition(status, "Ready").String("status") == "True" ? "Running" : "NotReady";
        }

        return (reason, ready, restarts, lastRestart);
    }

    private static string EndReason(JsonObject terminated) =>
        terminated.String("reason") is { Length: > 0 } reason ? reason
        : terminated.Integer("signal") is not (null or 0) and var signal ? $"Signal:{signal}"
        : $"ExitCode:{terminated.Integer("exitCode") ?? 0}";

    private static DateTimeOffset? LastEnd(JsonObject container) =>
        Cell.Time(container.Object("lastState").Object("terminated").String("finishedAt"));

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

    private static JsonObject? Condition(JsonObject? status, string type) =>
        status.Objects("conditions").FirstOrDefault(c => c.String("type") == type);
}

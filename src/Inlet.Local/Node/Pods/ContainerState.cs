using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Node.Pods;

/// <summary>One of the three states a container's status knows.</summary>
internal abstract record ContainerState
{
    public abstract JsonObject ToJson();
}

/// <param name="Reason">Kubernetes' word for it: <c>ContainerCreating</c>, <c>CrashLoopBackOff</c>, …</param>
internal sealed record Waiting(string Reason, string Message = "") : ContainerState
{
    public override JsonObject ToJson()
    {
        var waiting = new JsonObject { ["reason"] = Reason };
        if (Message.Length > 0)
        {
            waiting["message"] = Message;
        }

        return new JsonObject { ["waiting"] = waiting };
    }
}

internal sealed record Running(DateTimeOffset StartedAt) : ContainerState
{
    public override JsonObject ToJson() => new() { ["running"] = new JsonObject { ["startedAt"] = Timestamps.Format(StartedAt) } };
}

/// <param name="Signal">0 when no signal ended it.</param>
/// <param name="StartedAt">For one whose process could not be started, when that was tried: clients read a missing time as the year 1.</param>
internal sealed record Terminated(
    int ExitCode, int Signal, string Reason, string Message, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string ContainerId) : ContainerState
{
    public override JsonObject ToJson()
    {
        var terminated = new JsonObject
        {
            ["exitCode"] = ExitCode,
            ["reason"] = Reason,
            ["startedAt"] = Timestamps.Format(StartedAt),
            ["finishedAt"] = Timestamps.Format(FinishedAt),
            ["containerID"] = ContainerId,
        };
        if (Signal != 0)
        {
            terminated["signal"] = Signal;
        }

        if (Message.Length > 0)
        {
            terminated["message"] = Message;
        }

        return new JsonObject { ["terminated"] = terminated };
    }

    /// <summary>From a status another run of the agent wrote.</summary>
    public static Terminated? Read(JsonObject? state)
    {
        if (state.Object("terminated") is not { } terminated)
        {
            return null;
        }

        var finished = Timestamps.TryParse(terminated.String("finishedAt"), out var end) ? end : default;
        return new Terminated(
            (int)(terminated.Integer("exitCode") ?? 0), (int)(terminated.Integer("signal") ?? 0), terminated.String("reason") ?? "",
            terminated.String("message") ?? "", Timestamps.TryParse(terminated.String("startedAt"), out var start) ? start : finished, finished,
            terminated.String("containerID") ?? "");
    }
}

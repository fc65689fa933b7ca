using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

internal enum ContainerKind
{
    /// <summary>Runs to its end before the next one.</summary>
    Init,

    /// <summary>An init container that keeps running beside the others (<c>restartPolicy: Always</c>).</summary>
    Sidecar,

    Main,
}

/// <summary>One container of a pod: where it stands and what runs of it. Belongs to its pod's worker; nobody else writes here.</summary>
internal sealed class ContainerUnit
{
    public ContainerUnit(JsonObject spec, ContainerKind kind, JsonObject? earlier, DateTimeOffset now)
    {
        Spec = spec;
        Kind = kind;
        Name = spec.String("name") ?? "";
        Restore(earlier, now);
    }

    public JsonObject Spec { get; }

    public ContainerKind Kind { get; }

    public string Name { get; }

    public ContainerState State { get; set; } = new Waiting("ContainerCreating");

    /// <summary>How the instance before the current one ended.</summary>
    public Terminated? LastEnd { get; private set; }

    /// <summary>Number of the newest instance; -1 before the first.</summary>
    public int Attempt { get; private set; } = -1;

    public IRunningContainer? Instance { get; private set; }

    public ContainerLog? Log { get; private set; }

    public RestartBackoff Backoff { get; } = new();

    /// <summary>The startup probe has succeeded, or there is none.</summary>
    public bool IsStarted { get; set; }

    public bool IsReady { get; set; }

    /// <summary>As the status shows it, with the runtime's scheme; empty before the first instance.</summary>
    public string ContainerId { get; private set; } = "";

    /// <summary>What the last Event about not being able to start said: it is told once, not at every try.</summary>
    public string LastProblem { get; set; } = "";

    /// <summary>Gets the image ready for the next instance; null when that has not begun.</summary>
    public Task? Pull { get; set; }

    /// <summary>The wait after the last failed pull; zero when there was none.</summary>
    public TimeSpan PullRetry { get; set; }

    /// <summary>Stops the probes and hooks of the current instance.</summary>
    public CancellationTokenSource? Watching { get; set; }

    /// <summary>Why the instance is being ended before its time; null when it is not.</summary>
    public Task? Ending { get; set; }

    public bool IsRunning => Instance is not null;

    public int RestartCount => Math.Max(0, Attempt);

    public bool IsInit => Kind != ContainerKind.Main;

    /// <summary>An init container that has done its work.</summary>
    public bool HasSucceeded => State is Terminated { ExitCode: 0 };

    /// <summary>A new instance is about to start.</summary>
    public void Begin(int attempt, string containerId, ContainerLog log)
    {
        Attempt = attempt;
        ContainerId = containerId;
        Log = log;
        if (State is Terminated ended)
        {
            LastEnd = ended;
        }

        IsStarted = false;
        IsReady = false;
    }

    public void Run(IRunningContainer instance, DateTimeOffset now)
    {
        Instance = instance;
        State = new Running(now);
        LastProblem = "";
        Watching = new CancellationTokenSource();
    }

    public void End(Terminated end)
    {
        Watching?.Cancel();
        Watching?.Dispose();
        Watching = null;
        Instance = null;
        Ending = null;
        IsReady = false;
        IsStarted = false;
        State = end;
    }

    /// <summary>Waits to be started again; what it ended with moves to <c>lastState</c>.</summary>
    public void Wait(Waiting reason)
    {
        if (State is Terminated ended)
        {
            LastEnd = ended;
        }

        State = reason;
    }

    // Another run of the agent may have run it: its instances count, and the one that ran ended unseen.
    private void Restore(JsonObject? earlier, DateTimeOffset now)
    {
        if (earlier.String("containerID") is not { Length: > 0 } id)
        {
            return;
        }

        Attempt = (int)(earlier.Integer("restartCount") ?? 0);
        ContainerId = id;
        LastEnd = Terminated.Read(earlier.Object("state")) ?? Terminated.Read(earlier.Object("lastState"));
        const int EndedUnseen = 137;
        if (earlier.Object("state").Object("running") is { } running)
        {
            LastEnd = new Terminated(
                EndedUnseen, 0, "ContainerStatusUnknown", "The container could not be located when the node agent started",
                ApiServer.Schema.Timestamps.TryParse(running.String("startedAt"), out var started) ? started : now, now, id);
        }
    }
}

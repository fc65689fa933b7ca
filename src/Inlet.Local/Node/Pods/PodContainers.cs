using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// The containers of one pod: which may run now, when one that ended starts again, and how all of them end. Belongs to the
/// pod's worker; what happens outside reaches it as notes.
/// </summary>
internal sealed class PodContainers : IAsyncDisposable
{
    private readonly NodeContext _node;
    private readonly PodSandbox _sandbox;
    private readonly Action<Action> _post;
    private readonly ImagePull _pull;
    private readonly ContainerStarter _starter;
    private readonly ContainerEnder _ender;
    private readonly List<ContainerUnit> _units = [];
    private readonly List<Task> _background = [];
    private readonly string _restartPolicy;
    private readonly string _podUid;
    private CancellationTokenSource? _graceOver;
    private DateTimeOffset _graceEnd;
    private Task _drain = Task.CompletedTask;
    private PodFacts? _facts;

    /// <param name="post">Leaves a note in the worker's mailbox.</param>
    public PodContainers(NodeContext node, PodSandbox sandbox, JsonObject pod, Action<Action> post)
    {
        (_node, _sandbox, _post) = (node, sandbox, post);
        _pull = new ImagePull(node, post);
        _starter = new ContainerStarter(node, sandbox, _pull);
        _ender = new ContainerEnder(node);
        _restartPolicy = PodFields.RestartPolicy(pod);
        _podUid = pod.Uid();
        var spec = pod.Object("spec");
        var status = pod.Object("status");
        foreach (var container in spec.Objects("initContainers"))
        {
            var kind = container.String("restartPolicy") == "Always" ? ContainerKind.Sidecar : ContainerKind.Init;
            _units.Add(new ContainerUnit(container, kind, Earlier(status.Objects("initContainerStatuses"), container), node.Time.GetUtcNow()));
        }

        foreach (var container in spec.Objects("containers"))
        {
            _units.Add(new ContainerUnit(container, ContainerKind.Main, Earlier(status.Objects("containerStatuses"), container), node.Time.GetUtcNow()));
        }

        if (_units.Exists(u => u.IsInit))
        {
            Mains.ForEach(u => u.State = new Waiting("PodInitializing"));
        }
    }

    public IReadOnlyList<ContainerUnit> All => _units;

    /// <summary>Nothing runs any more.</summary>
    public bool HaveEnded => _units.TrueForAll(u => !u.IsRunning);

    private List<ContainerUnit> Mains => _units.FindAll(u => !u.IsInit);

    /// <summary>Starts what may start now.</summary>
    /// <returns>How long until another look is due by itself; null when only a note can change anything.</returns>
    public async Task<TimeSpan?> AdvanceAsync(PodFacts facts)
    {
        _facts = facts;
        TimeSpan? wait = null;
        foreach (var unit in _units.Where(u => u.IsInit))
        {
            wait = Sooner(wait, await AdvanceAsync(unit, facts));
            var isPassed = unit.Kind == ContainerKind.Sidecar ? unit.IsStarted : unit.HasSucceeded;
            if (!isPassed)
            {
                return wait;
            }
        }

        foreach (var unit in Mains)
        {
            wait = Sooner(wait, await AdvanceAsync(unit, facts));
        }

        return wait;
    }

    /// <summary>Ends all containers, sidecars after the others. Called again, only a shorter grace changes anything.</summary>
    /// <param name="drains">Whether the pod serves until no new requests are on their way to it.</param>
    public void End(TimeSpan grace, bool drains)
    {
        _pull.Stop();
        var end = _node.Time.GetUtcNow() + grace;
        if (_graceOver is null)
        {
            _graceOver = new CancellationTokenSource(grace, _node.Time);
            _graceEnd = end;
            _drain = drains && _facts is { } facts && !facts.PodAddress.Equals(facts.HostAddress)
                ? _node.Serving.DrainAsync(facts.PodAddress, grace, _graceOver.Token)
                : Task.CompletedTask;
        }
        else if (end < _graceEnd)
        {
            _graceOver.CancelAfter(grace > TimeSpan.Zero ? grace : TimeSpan.FromMilliseconds(1));
            _graceEnd = end;
        }

        EndNext();
    }

    /// <exception cref="KubernetesApiException">400: it has not started, or there is no earlier one.</exception>
    public (int Attempt, ContainerLog? Log) FindLog(string pod, string container, bool previous)
    {
        var unit = _units.Find(u => u.Name == container)
            ?? throw new KubernetesApiException(400, "BadRequest", $"container {container} is not valid for pod {pod}");
        if (previous)
        {
            // While it waits for its next start, the last instance that ended is the previous one.
            var attempt = unit.State is Waiting ? unit.Attempt : unit.Attempt - 1;
            return attempt >= 0 && LogFiles.Segments(_node.Directory.Logs(_podUid, container), attempt).Count > 0
                ? (attempt, null)
                : throw new KubernetesApiException(400, "BadRequest", $"previous terminated container \"{container}\" in pod \"{pod}\" not found");
        }

        return unit.Attempt >= 0
            ? (unit.Attempt, unit.Log)
            : throw new KubernetesApiException(
                400, "BadRequest", $"container \"{container}\" in pod \"{pod}\" is waiting to start: {(unit.State as Waiting)?.Reason ?? "ContainerCreating"}");
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_background);
        await Task.WhenAll(_units.Select(static u => u.Pull).OfType<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pull.Dispose();
        _graceOver?.Dispose();
        foreach (var unit in _units)
        {
            unit.Log?.Dispose();
        }
    }

    private async Task<TimeSpan?> AdvanceAsync(ContainerUnit unit, PodFacts facts)
    {
        if (unit.IsRunning || (unit.State is Terminated ended && !RestartsAfter(unit, ended)))
        {
            return null;
        }

        if (unit.State is Terminated or Waiting { Reason: "CrashLoopBackOff" } && BackOff(unit, facts) is { } left)
        {
            return left;
        }

        var retry = await _starter.StartAsync(unit, facts, CancellationToken.None);
        if (unit.Instance is { } instance)
        {
            Follow(unit, instance, facts);
        }
        else if (unit.State is Terminated failed && RestartsAfter(unit, failed))
        {
            return BackOff(unit, facts) ?? TimeSpan.Zero;
        }

        return retry;
    }

    /// <returns>How long the container still has to wait; null when it may start.</returns>
    private TimeSpan? BackOff(ContainerUnit unit, PodFacts facts)
    {
        var ended = unit.State as Terminated ?? unit.LastEnd!;
        var left = unit.Backoff.Due(ended.FinishedAt) - _node.Time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return null;
        }

        if (unit.State is Terminated)
        {
            var what = $"restarting failed container={unit.Name} pod={facts.Pod.Name()}_{facts.Pod.Namespace()}({facts.Pod.Uid()})";
            unit.Wait(new Waiting("CrashLoopBackOff", $"back-off {Text(unit.Backoff.Wait)} {what}"));
            _node.Events.Record(facts.Pod, Status.PodEvents.Warning, "BackOff", $"Back-off {what}", unit.Name, unit.IsInit);
        }

        return left;
    }

    /// <summary>Has the instance's end, its hook and its probes leave notes.</summary>
    private void Follow(ContainerUnit unit, IRunningContainer instance, PodFacts facts)
    {
        _background.RemoveAll(t => t.IsCompleted);
        _background.Add(NoteEndAsync(unit, instance));
        var watch = new ContainerWatch(_node, unit, instance, facts, _post, RestartUnhealthy);
        _background.Add(watch.RunAsync(unit.Watching!.Token));
    }

    private async Task NoteEndAsync(ContainerUnit unit, IRunningContainer instance)
    {
        var exit = await instance.Exited;
        _post(() =>
        {
            var now = _node.Time.GetUtcNow();
            var started = (unit.State as Running)?.StartedAt ?? now;
            var message = TerminationMessages.Read(unit, exit);
            if (unit.Log?.Failure is { } lost)
            {
                NodeLog.LogIncomplete(_node.Logger, $"{unit.Name} of pod {_facts!.Pod.Name()}", lost.Message);
            }

            unit.End(new Terminated(
                exit.Code, exit.Signal, exit.IsOutOfMemory ? "OOMKilled" : exit.Code == 0 ? "Completed" : "Error", message, started, now, unit.ContainerId));
            if (exit.Code != 0)
            {
                TellPortClash(unit, instance);
            }

            if (_graceOver is not null)
            {
                EndNext();
            }
        });
    }

    /// <summary>On a network that pods share, another one's port is why most of them end.</summary>
    private void TellPortClash(ContainerUnit unit, IRunningContainer instance)
    {
        foreach (var port in unit.Spec.Objects("ports").Where(p => p.String("protocol") is null or "TCP").Select(p => (int)(p.Integer("containerPort") ?? 0)))
        {
            if (instance.ForeignListener(port) is { } other)
            {
                _node.Events.Record(
                    _facts!.Pod, Status.PodEvents.Warning, "PortInUse",
                    $"Port {port} of this machine is taken: {other} listens there, and this pod shares the machine's network. {PortRemedy}", unit.Name, unit.IsInit);
            }
        }
    }

    private string PortRemedy => _node.Options.Network.Mode == PodNetworkMode.Host
        ? "Give one of the two another port, or give each pod a network of its own: run inlet as root"
        : "Give one of the two another port, or take hostNetwork out of the pod";

    /// <summary>Ends an instance that failed its liveness or startup probe, or its start hook; the restart policy says what then.</summary>
    private void RestartUnhealthy(ContainerUnit unit, IRunningContainer instance, string why, TimeSpan? grace)
    {
        if (unit.Instance != instance || unit.Ending is not null)
        {
            return;
        }

        var limit = new CancellationTokenSource(grace ?? PodFields.GracePeriod(_facts!.Pod), _node.Time);
        unit.Ending = EndAndDisposeAsync(unit, instance, why, limit);
        _background.Add(unit.Ending);
    }

    private async Task EndAndDisposeAsync(ContainerUnit unit, IRunningContainer instance, string why, CancellationTokenSource limit)
    {
        using (limit)
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _graceOver?.Token ?? CancellationToken.None))
        {
            await _ender.EndAsync(unit, instance, _facts!, why, drain: Task.CompletedTask, either.Token);
        }
    }

    private void EndNext()
    {
        var mains = _units.FindAll(u => u.Kind != ContainerKind.Sidecar && u.IsRunning);
        foreach (var unit in mains.Count > 0 ? mains : _units.FindAll(u => u.IsRunning))
        {
            if (unit.Ending is null && unit.Instance is { } instance)
            {
                unit.Ending = _ender.EndAsync(unit, instance, _facts!, $"Stopping container {unit.Name}", _drain, _graceOver!.Token);
                _background.Add(unit.Ending);
            }
        }
    }

    // Init containers that fail run again unless the pod forbids it; succeeding, they are done.
    private bool RestartsAfter(ContainerUnit unit, Terminated end) => unit.Kind switch
    {
        ContainerKind.Sidecar => true,
        ContainerKind.Init => end.ExitCode != 0 && _restartPolicy != "Never",
        _ => _restartPolicy == "Always" || (_restartPolicy == "OnFailure" && end.ExitCode != 0),
    };

    private static JsonObject? Earlier(IEnumerable<JsonObject> statuses, JsonObject container) =>
        statuses.FirstOrDefault(s => s.String("name") == container.String("name"));

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b ?? a : a;

    // As Go writes durations: 10s, 1m20s.
    private static string Text(TimeSpan wait) => wait.TotalSeconds < 60 ? $"{wait.TotalSeconds:0}s" : $"{(int)wait.TotalMinutes}m{wait.Seconds}s";
}

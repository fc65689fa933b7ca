using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Status;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// Brings one pod to what the API says and keeps it there. Everything about the pod happens in this worker's loop, one thing
/// after the other: watches, ends of processes, probes and timers only leave a note in its mailbox. After each note the pod
/// is looked at as a whole, so that a lost or doubled note does no harm.
/// </summary>
internal sealed class PodWorker : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly NodeContext _node;
    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly PodSandbox _sandbox;
    private readonly PodContainers _containers;
    private readonly PodStatusWriter _status;
    private readonly ITimer _timer;
    private JsonObject _pod;
    private DateTimeOffset _startTime;
    private DateTimeOffset? _due;
    private PodVerdict? _verdict;
    private Intent _intent;
    private bool _mustRefresh;
    private string _lastMountProblem = "";
    private bool _isPublished;
    private bool _done;

    public PodWorker(NodeContext node, JsonObject pod)
    {
        _node = node;
        _pod = pod;
        References = PodReferences.Of(pod);
        _startTime = Timestamps.TryParse(pod.Object("status").String("startTime"), out var started) ? started : node.Time.GetUtcNow();
        _sandbox = new PodSandbox(node, pod.Uid());
        _containers = new PodContainers(node, _sandbox, pod, Post);
        _status = new PodStatusWriter(node.Api, node.Logger);
        _timer = node.Time.CreateTimer(_ => Post(static () => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Of an earlier run of the agent: its status says everything, and nothing of it is here.
        _isPublished = PodFields.HasEnded(pod);
        Post(() => Note(pod));
        Completion = Task.Run(RunAsync);
    }

    private enum Intent
    {
        Run,

        /// <summary>The API wants the pod gone; it goes from there when its processes have.</summary>
        Delete,

        /// <summary>It is gone from the API already.</summary>
        Forget,

        /// <summary>This agent stops; the pod stays in the API for the next one.</summary>
        Stop,

        /// <summary>All containers have ended, or were ended, for good; the pod stays in the API until it is deleted.</summary>
        Finish,
    }

    public string Uid => _pod.Uid();

    /// <summary>ConfigMaps and Secrets whose change concerns this pod.</summary>
    public IReadOnlySet<(ResourceType Type, string Name)> References { get; }

    /// <summary>Completes when nothing of the pod is left on this machine.</summary>
    public Task Completion { get; }

    public void Update(JsonObject pod) => Post(() =>
    {
        _mustRefresh |= !JsonNode.DeepEquals(pod.Labels(), _pod.Labels()) || !JsonNode.DeepEquals(pod.Annotations(), _pod.Annotations());
        _pod = pod;
        Note(pod);
    });

    public void ReferenceChanged() => Post(() => _mustRefresh = true);

    public void Forget() => Post(() => Intend(Intent.Forget, TimeSpan.FromSeconds(1)));

    /// <param name="longestGrace">Limits the pod's own grace period.</param>
    /// <returns>Completes when nothing of the pod is left on this machine.</returns>
    public Task StopAsync(TimeSpan longestGrace)
    {
        Post(() =>
        {
            var grace = PodFields.GracePeriod(_pod);
            Intend(Intent.Stop, grace < longestGrace ? grace : longestGrace);
        });
        return Completion;
    }

    /// <summary>The instance whose log <c>kubectl logs</c> means.</summary>
    /// <exception cref="KubernetesApiException">400: it has not started, or there is no earlier one.</exception>
    public Task<(int Attempt, ContainerLog? Log)> FindLogAsync(string container, bool previous) =>
        AskAsync(() => _containers.FindLog(_pod.Name(), container, previous));

    /// <exception cref="KubernetesApiException">404: it does not run.</exception>
    public Task<IRunningContainer> FindInstanceAsync(string container) => AskAsync(() => _containers.All
        .FirstOrDefault(u => u.Name == container)?.Instance ?? throw new KubernetesApiException(404, "NotFound", $"container not found (\"{container}\")"));

    /// <returns>Path of the pod's network namespace; null when it is on the machine's own network.</returns>
    /// <exception cref="KubernetesApiException">404: the pod has no network yet, or no more.</exception>
    public Task<string?> FindNetworkAsync() => AskAsync(() => _sandbox.Address is not null
        ? _sandbox.NetworkNamespacePath
        : throw new KubernetesApiException(404, "NotFound", $"pod \"{_pod.Name()}\" is not running"));

    public async ValueTask DisposeAsync()
    {
        await Completion;
        await _containers.DisposeAsync();
        await _timer.DisposeAsync();
    }

    /// <summary>Asks in the worker's own turn: nothing it answers from changes meanwhile.</summary>
    private async Task<T> AskAsync<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                answer.TrySetResult(question());
            }
            catch (KubernetesApiException refused)
            {
                answer.TrySetException(refused);
            }
        });
        await Task.WhenAny(answer.Task, Completion);
        return answer.Task.IsCompleted ? await answer.Task : throw new KubernetesApiException(404, "NotFound", $"pods \"{_pod.Name()}\" not found");
    }

    private void Post(Action note) => _mailbox.Writer.TryWrite(note);

    private void Note(JsonObject pod)
    {
        if (pod.IsBeingDeleted())
        {
            Intend(Intent.Delete, PodFields.GracePeriod(pod));
        }
    }

    // A later intent never takes an earlier, stronger one back: a pod that is being deleted is not run again.
    private void Intend(Intent intent, TimeSpan grace)
    {
        if (_intent is Intent.Run or Intent.Finish || (_intent is Intent.Delete or Intent.Stop && intent is Intent.Forget or Intent.Delete))
        {
            _intent = intent;
        }

        if (intent is not Intent.Run)
        {
            _containers.End(grace, drains: intent is Intent.Delete);
        }
    }

    private async Task RunAsync()
    {
        while (!_done && await _mailbox.Reader.WaitToReadAsync())
        {
            try
            {
                while (_mailbox.Reader.TryRead(out var note))
                {
                    note();
                }

                _due = null;
                await StepAsync();
            }
            catch (Exception e)
            {
                // Whatever it was, it stays this pod's own trouble.
                NodeLog.PodFailed(_node.Logger, _pod.Name(), e);
                Schedule(Retry);
            }

            SetTimer();
        }

        _mailbox.Writer.TryComplete();
    }

    private async Task StepAsync()
    {
        if (_intent == Intent.Run && PodFields.HasEnded(_pod))
        {
            return;
        }

        if (_intent == Intent.Run)
        {
            CheckDeadline();
        }

        if (_intent == Intent.Run)
        {
            await BringUpAsync();
        }

        if (_intent == Intent.Run && Phase() is "Succeeded" or "Failed")
        {
            Intend(Intent.Finish, PodFields.GracePeriod(_pod));
        }

        if (_intent != Intent.Run)
        {
            await TakeDownAsync();
            return;
        }

        // Notes that wait would change the status again at once: read them first.
        if (!_mailbox.Reader.TryPeek(out _))
        {
            await PublishAsync();
        }
    }

    private async Task BringUpAsync()
    {
        if (!await SetUpAsync())
        {
            return;
        }

        var facts = Facts();
        if (_mustRefresh)
        {
            await _sandbox.RefreshAsync(facts, CancellationToken.None);
            _mustRefresh = false;
        }

        if (await _containers.AdvanceAsync(facts) is { } wait)
        {
            Schedule(wait);
        }
    }

    /// <returns>False when the pod must wait for something.</returns>
    private async Task<bool> SetUpAsync()
    {
        if (_sandbox.IsReady)
        {
            return true;
        }

        try
        {
            await _sandbox.AttachAsync(_pod, CancellationToken.None);
            await _sandbox.SetUpAsync(Facts(), CancellationToken.None);
            return true;
        }
        catch (ConfigurationException e)
        {
            // A change of what it refers to wakes the worker; only a path of this machine has to be looked at again.
            Tell("FailedMount", e.Message);
            Schedule(Retry * 10);
        }
        catch (Exception e)
        {
            Tell("FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.Message}");
            Schedule(Retry * 10);
        }

        return false;
    }

    private void Tell(string reason, string message)
    {
        if (_lastMountProblem != message)
        {
            _lastMountProblem = message;
            _node.Events.Record(_pod, PodEvents.Warning, reason, message);
        }
    }

    private void CheckDeadline()
    {
        if (_pod.Object("spec").Integer("activeDeadlineSeconds") is not { } seconds)
        {
            return;
        }

        var left = _startTime.AddSeconds(seconds) - _node.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            Schedule(left);
            return;
        }

        _verdict = new PodVerdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        _node.Events.Record(_pod, PodEvents.Normal, "DeadlineExceeded", _verdict.Message);
        Intend(Intent.Finish, PodFields.GracePeriod(_pod));
    }

    private async Task TakeDownAsync()
    {
        if (!_containers.HaveEnded)
        {
            await PublishAsync();
            return;
        }

        if (!_isPublished && _intent != Intent.Forget && !(_isPublished = await PublishAsync()))
        {
            return;
        }

        if (_sandbox.IsInUse)
        {
            await _sandbox.RemoveAsync(_pod.Name());
        }

        switch (_intent)
        {
            case Intent.Delete:
                await DeleteAsync();
                break;
            case Intent.Forget:
                RemoveLogs();
                _done = true;
                break;
            case Intent.Stop:
                _done = true;
                break;
        }
    }

    private async Task DeleteAsync()
    {
        try
        {
            var query = new DeleteQuery(GracePeriodSeconds: 0, Uid: _pod.Uid());
            await _node.Api.DeleteAsync(ResourceTypes.Pods, _pod.Namespace(), _pod.Name(), query, CancellationToken.None);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound || refused.Code == 409)
        {
            // Gone already, or another pod has its name by now.
        }

        // With finalizers it may stay for a while; its processes are gone either way.
        RemoveLogs();
        _done = true;
    }

    private void RemoveLogs()
    {
        var logs = _node.Directory.PodLogs(_pod.Uid());
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private PodFacts Facts() => new(_pod, _sandbox.Address ?? _node.HostAddress, _node.HostAddress, _node.Allocatable);

    private string Phase() => PodStatus.Phase(StatusFacts());

    private PodStatusFacts StatusFacts() => new(
        _pod, _containers.All, _startTime, _node.HostAddress, _sandbox.Address, _sandbox.IsReady, _verdict);

    private async Task<bool> PublishAsync()
    {
        var isWritten = await _status.WriteAsync(_pod, PodStatus.Build(StatusFacts(), _node.Time.GetUtcNow()));
        if (!isWritten)
        {
            Schedule(Retry);
        }

        return isWritten;
    }

    private void Schedule(TimeSpan wait)
    {
        var due = _node.Time.GetUtcNow() + wait;
        _due = _due is { } earlier && earlier < due ? earlier : due;
    }

    private void SetTimer()
    {
        var wait = _due is { } due ? due - _node.Time.GetUtcNow() : Timeout.InfiniteTimeSpan;
        _timer.Change(wait < TimeSpan.Zero && _due is not null ? TimeSpan.Zero : wait, Timeout.InfiniteTimeSpan);
    }
}

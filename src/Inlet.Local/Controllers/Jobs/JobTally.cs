using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>
/// Counts a Job's pods, each end exactly once, whatever happens between two writes. An ended pod first goes by its uid into
/// <c>status.uncountedTerminatedPods</c>; then it loses its finalizer; only then it moves from there into the count. A controller
/// cut off anywhere goes on from what the Job and the pods say.
/// </summary>
internal sealed class JobTally
{
    private readonly JsonObject _job;
    private readonly IReadOnlyList<JsonObject> _pods;
    private readonly HashSet<string> _uncountedSucceeded;
    private readonly HashSet<string> _uncountedFailed;
    private readonly SortedSet<int> _completed;
    private int _succeeded;
    private int _failed;

    public JobTally(JsonObject job, IReadOnlyList<JsonObject> pods)
    {
        _job = job;
        _pods = pods;
        var status = job.Object("status");
        _succeeded = job.Status("succeeded");
        _failed = job.Status("failed");
        _uncountedSucceeded = Uids(status, "succeeded");
        _uncountedFailed = Uids(status, "failed");
        _completed = CompletionIndexes.Parse(status.String("completedIndexes"), job.Completions() ?? 0);
        var tracked = pods.Where(pod => pod.IsTracked()).ToDictionary(pod => pod.Uid());
        CountReleased(tracked);
        Note(tracked.Values);
        Release = [.. tracked.Values.Where(pod => _uncountedSucceeded.Contains(pod.Uid()) || _uncountedFailed.Contains(pod.Uid()) || IsOfNoAccount(pod))];
        Active = [.. pods.Where(pod => pod.IsActive())];
        Terminating = pods.Count(pod => pod.IsBeingDeleted() && !pod.IsFinished() && !pod.HasFailed());
    }

    /// <summary>Pods whose finalizer may go as soon as the status is written.</summary>
    public IReadOnlyList<JsonObject> Release { get; }

    public IReadOnlyList<JsonObject> Active { get; }

    /// <summary>Pods that still run, but are to end.</summary>
    public int Terminating { get; }

    /// <summary>Those not yet moved into the count included.</summary>
    public int Succeeded => _job.IsIndexed() ? _completed.Count : _succeeded + _uncountedSucceeded.Count;

    /// <inheritdoc cref="Succeeded"/>
    public int Failed => _failed + _uncountedFailed.Count;

    public IReadOnlySet<int> CompletedIndexes => _completed;

    /// <summary>Nothing is left to be counted.</summary>
    public bool IsSettled => _uncountedSucceeded.Count + _uncountedFailed.Count == 0 && Release.Count == 0;

    public void WriteTo(JsonObject status)
    {
        status.SetCount("active", Active.Count);
        status["ready"] = Active.Count(pod => pod.IsReady());
        status["terminating"] = Terminating;
        status.SetCount("succeeded", _job.IsIndexed() ? _completed.Count : _succeeded);
        status.SetCount("failed", _failed);
        var uncounted = new JsonObject();
        foreach (var (key, uids) in ((string, HashSet<string>)[])[("succeeded", _uncountedSucceeded), ("failed", _uncountedFailed)])
        {
            if (uids.Count > 0)
            {
                uncounted[key] = new JsonArray([.. uids.Order(StringComparer.Ordinal).Select(uid => JsonValue.Create(uid))]);
            }
        }

        status["uncountedTerminatedPods"] = uncounted;
        if (_job.IsIndexed())
        {
            status["completedIndexes"] = CompletionIndexes.Format(_completed);
        }
    }

    // Noted before and no longer held: these count.
    private void CountReleased(Dictionary<string, JsonObject> tracked)
    {
        _succeeded += _uncountedSucceeded.RemoveWhere(uid => !tracked.ContainsKey(uid));
        _failed += _uncountedFailed.RemoveWhere(uid => !tracked.ContainsKey(uid));
    }

    private void Note(IEnumerable<JsonObject> tracked)
    {
        foreach (var pod in tracked)
        {
            if (pod.HasSucceeded())
            {
                _uncountedSucceeded.Add(pod.Uid());
                if (CompletionIndexes.Of(pod, _job.Completions() ?? 0) is { } index)
                {
                    _completed.Add(index);
                }
            }
            else if (pod.HasFailed() && !IsOfNoAccount(pod))
            {
                _uncountedFailed.Add(pod.Uid());
            }
        }
    }

    // Suspending a Job, or its end, takes pods that did nothing wrong.
    private bool IsOfNoAccount(JsonObject pod) =>
        pod.IsBeingDeleted() && pod.HasFailed() && pod.Phase() != "Failed"
        && (_job.IsSuspended() || _job.Has("SuccessCriteriaMet") || _job.Has("FailureTarget"));

    private static HashSet<string> Uids(JsonObject? status, string key) =>
        [.. status.Object("uncountedTerminatedPods").Array(key)?.Select(uid => uid?.ToString() ?? "") ?? []];
}

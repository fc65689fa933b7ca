using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>
/// Where a Job stands, and what its status says of it. Its end is announced first (SuccessCriteriaMet, FailureTarget), and
/// becomes final (Complete, Failed) when its last pod has ended and is counted. Pure.
/// </summary>
internal sealed class JobProgress
{
    private readonly JsonObject _job;
    private readonly JobTally _tally;
    private readonly DateTimeOffset _now;
    private readonly List<(string Type, string Reason, string Message)> _events = [];

    public JobProgress(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        (_job, _tally, _now) = (job, tally, now);
        Status = (job.Object("status") ?? []).DeepClone().AsObject();
        tally.WriteTo(Status);
        SetStart();
        SetEnd();
        if (!IsEnding)
        {
            SetSuspended();
        }
    }

    public JsonObject Status { get; }

    /// <summary>What to tell about it, once the status is written.</summary>
    public IReadOnlyList<(string Type, string Reason, string Message)> Events => _events;

    /// <summary>No pod is to run any more.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>When the Job's time is up, if it has a limit and runs.</summary>
    public DateTimeOffset? Deadline =>
        !IsEnding && !_job.IsSuspended() && _job.Object("spec").Integer("activeDeadlineSeconds") is { } seconds
        && Timestamps.TryParse(Status.String("startTime"), out var start)
            ? start.AddSeconds(seconds)
            : null;

    private void SetStart()
    {
        if (!_job.IsSuspended() && Status["startTime"] is null)
        {
            Status["startTime"] = Timestamps.Format(_now);
        }
    }

    private void SetEnd()
    {
        var target = Conditions.Find(Status, "FailureTarget") ?? Conditions.Find(Status, "SuccessCriteriaMet");
        if (target is null && Failure() is var (reason, message))
        {
            target = Condition("FailureTarget", "True", reason, message);
        }
        else if (target is null && HasSucceeded())
        {
            target = Condition("SuccessCriteriaMet", "True", "CompletionsReached", "Reached expected number of succeeded pods");
        }

        if (target is null)
        {
            return;
        }

        IsEnding = true;
        Conditions.Set(Status, target.DeepClone().AsObject());
        if (_tally is { Active.Count: 0, Terminating: 0, IsSettled: true })
        {
            Finish(target);
        }
    }

    private void Finish(JsonObject target)
    {
        var (reason, message) = (target.String("reason") ?? "", target.String("message") ?? "");
        if (target.String("type") == "FailureTarget")
        {
            Conditions.Set(Status, Condition("Failed", "True", reason, message));
            _events.Add(("Warning", reason, message));
            return;
        }

        Conditions.Set(Status, Condition("Complete", "True", reason, message));
        Status["completionTime"] = Timestamps.Format(_now);
        _events.Add(("Normal", "Completed", "Job completed"));
    }

    private (string Reason, string Message)? Failure()
    {
        var limit = _job.Object("spec").Integer("backoffLimit") ?? 6;
        if (_tally.Failed > limit || HasRestartedTooOften(limit))
        {
            return ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }

        return Deadline <= _now ? ("DeadlineExceeded", "Job was active longer than specified deadline") : null;
    }

    // With OnFailure, containers fail and start again within their pod: their restarts are the failures.
    private bool HasRestartedTooOften(long limit)
    {
        if (_job.Template().Object("spec").String("restartPolicy") != "OnFailure")
        {
            return false;
        }

        var restarts = _tally.Active.Where(pod => pod.Phase() is "Running" or "Pending").Sum(PodFacts.Restarts);
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private bool HasSucceeded() => _job.Completions() is { } completions
        ? _tally.Succeeded >= completions
        : _tally.Succeeded > 0 && _tally.Active.Count == 0;

    private void SetSuspended()
    {
        var known = Conditions.Find(Status, "Suspended").String("status");
        if (_job.IsSuspended() && known != "True")
        {
            Conditions.Set(Status, Condition("Suspended", "True", "JobSuspended", "Job suspended"));
            // Its time starts anew when it goes on.
            Status.Remove("startTime");
            _events.Add(("Normal", "Suspended", "Job suspended"));
        }
        else if (!_job.IsSuspended() && known == "True")
        {
            Conditions.Set(Status, Condition("Suspended", "False", "JobResumed", "Job resumed"));
            Status["startTime"] = Timestamps.Format(_now);
            _events.Add(("Normal", "Resumed", "Job resumed"));
        }
    }

    private JsonObject Condition(string type, string status, string reason, string message) => new()
    {
        ["type"] = type,
        ["status"] = status,
        ["lastProbeTime"] = Timestamps.Format(_now),
        ["lastTransitionTime"] = Timestamps.Format(_now),
        ["reason"] = reason,
        ["message"] = message,
    };
}

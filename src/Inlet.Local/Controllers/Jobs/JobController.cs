using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.Jobs;

/// <summary>Runs pods until enough of them have succeeded, or too many have failed, or too much time has passed.</summary>
internal sealed class JobController : Controller<ObjectKey>
{
    private const string Name = "job-controller";

    private readonly Informer _jobs;
    private readonly Informer _pods;
    private readonly Claims _claims;
    private readonly PodControl _podControl;
    private readonly JobPods _jobPods;

    public JobController(ControllerContext context)
        : base(Name, context)
    {
        _jobs = context.Informers.Whole(ResourceTypes.Jobs);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _claims = new Claims(context);
        _podControl = new PodControl(Name, ResourceTypes.Jobs, context);
        _jobPods = new JobPods(_podControl);
        _jobs.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(OnPod);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await ReleaseOrphansAsync(key, cancellationToken);
        if (_jobs.Find(key) is not { } job)
        {
            return;
        }

        var pods = await _claims.ClaimAsync(
            ResourceTypes.Jobs, job, job.Selector(), ResourceTypes.Pods, Claims.Candidates(_pods, job), cancellationToken);
        if (job.End() is { } end)
        {
            await CleanUpAsync(job, end, pods, cancellationToken);
        }
        else if (job.IsBeingDeleted())
        {
            await ReleaseAsync(pods, cancellationToken);
        }
        else
        {
            await AdvanceAsync(job, pods, cancellationToken);
        }
    }

    private async Task AdvanceAsync(JsonObject job, List<JsonObject> pods, CancellationToken cancellationToken)
    {
        var tally = new JobTally(job, pods);
        var progress = new JobProgress(job, tally, Now);
        if (progress.Deadline is { } deadline)
        {
            Queue.AddAfter(ObjectKey.Of(job), deadline - Now);
        }

        KubernetesApiException? refused = null;
        if (!progress.IsEnding)
        {
            refused = await TryScaleAsync(job, tally, pods, cancellationToken);
        }
        else
        {
            await _podControl.DeleteManyAsync(job, tally.Active, cancellationToken);
        }

        await Context.Writer.ReplaceStatusAsync(ResourceTypes.Jobs, job, progress.Status, cancellationToken);
        foreach (var (type, reason, message) in progress.Events)
        {
            Context.Events.Record(Name, job, type, reason, message);
        }

        // Only now: the status remembers them.
        await ReleaseAsync(tally.Release, cancellationToken);
        PodControl.ThrowIfWorthRetrying(refused);
    }

    private async Task<KubernetesApiException?> TryScaleAsync(JsonObject job, JobTally tally, List<JsonObject> pods, CancellationToken cancellationToken)
    {
        var wanted = job.IsSuspended() ? 0 : JobPods.Wanted(job, tally);
        try
        {
            await _podControl.DeleteManyAsync(job, JobPods.Surplus(job, tally, wanted), cancellationToken);
            // With podReplacementPolicy Failed, a pod is replaced when it has ended, not when it is to end.
            var held = job.Object("spec").String("podReplacementPolicy") == "Failed" ? tally.Terminating : 0;
            var missing = wanted - tally.Active.Count - held;
            if (missing <= 0)
            {
                return null;
            }

            if (JobBackoff.Left(pods, Now) is var wait && wait > TimeSpan.Zero)
            {
                Queue.AddAfter(ObjectKey.Of(job), wait);
                return null;
            }

            await _podControl.CreateManyAsync(job, _jobPods.Make(job, tally, missing), cancellationToken);
            return null;
        }
        catch (KubernetesApiException exception)
        {
            return exception;
        }
    }

    /// <summary>After the end: nothing is held any more, and the Job goes itself when its time is up.</summary>
    private async Task CleanUpAsync(JsonObject job, JsonObject end, List<JsonObject> pods, CancellationToken cancellationToken)
    {
        await ReleaseAsync(pods, cancellationToken);
        if (job.IsBeingDeleted() || job.Object("spec").Integer("ttlSecondsAfterFinished") is not { } seconds
            || !Timestamps.TryParse(end.String("lastTransitionTime"), out var ended))
        {
            return;
        }

        var left = ended.AddSeconds(seconds) - Now;
        if (left > TimeSpan.Zero)
        {
            Queue.AddAfter(ObjectKey.Of(job), left);
            return;
        }

        await Context.Writer.DeleteAsync(ResourceTypes.Jobs, ObjectKey.Of(job), job.Uid(), cancellationToken, "Foreground");
    }

    private Task ReleaseAsync(IEnumerable<JsonObject> pods, CancellationToken cancellationToken) =>
        Task.WhenAll(pods.Where(pod => pod.IsTracked()).Select(pod => ReleaseAsync(pod, cancellationToken)));

    private async Task ReleaseAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var patch = Finalizers.PatchWithout(pod, JobFacts.TrackingFinalizer);
        try
        {
            await Context.Writer.PatchAsync(ResourceTypes.Pods, ObjectKey.Of(pod), PatchKind.Merge, patch, cancellationToken);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // It needed no letting go.
        }
    }

    /// <summary>Pods of a Job that is gone: nobody will count them, and nothing may hold them.</summary>
    private Task ReleaseOrphansAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var uid = _jobs.Find(key)?.Uid();
        return ReleaseAsync(
            _pods.In(key.Namespace).Where(pod => pod.IsTracked()
                && (OwnerReferences.ControllerKey(pod, ResourceTypes.Jobs) ?? Nobody(key)) == key && OwnerReferences.ControllerUid(pod) != uid),
            cancellationToken);
    }

    /// <summary>The key that stands for the pods of a namespace that no Job controls.</summary>
    private static ObjectKey Nobody(ObjectKey key) => key with { Name = "" };

    private void OnPod(InformerChange change)
    {
        Enqueue(ConcernedOwners.Of(change, ResourceTypes.Jobs, _jobs));

        if (change.New is { } pod && pod.IsTracked() && OwnerReferences.ControllerKey(pod, ResourceTypes.Jobs) is null)
        {
            Queue.Add(Nobody(change.Key));
        }
    }
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Jobs;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.CronJobs;

/// <summary>Makes a Job at each time of a schedule, and keeps the last few that have ended.</summary>
internal sealed class CronJobController : Controller<ObjectKey>
{
    private readonly Informer _cronJobs;
    private readonly Informer _jobs;

    public CronJobController(ControllerContext context)
        : base("cronjob-controller", context)
    {
        _cronJobs = context.Informers.Whole(ResourceTypes.CronJobs);
        _jobs = context.Informers.Whole(ResourceTypes.Jobs);
        _cronJobs.Subscribe(change => Queue.Add(change.Key));
        _jobs.Subscribe(change =>
        {
            if ((OwnerReferences.ControllerKey(change.New, ResourceTypes.CronJobs) ?? OwnerReferences.ControllerKey(change.Old, ResourceTypes.CronJobs)) is { } key)
            {
                Queue.Add(key);
            }
        });
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_cronJobs.Find(key) is not { } cronJob || cronJob.IsBeingDeleted())
        {
            return;
        }

        var jobs = _jobs.ControlledBy(key.Namespace, cronJob.Uid());
        cronJob = await FollowAsync(cronJob, jobs, cancellationToken);
        await CutHistoryAsync(cronJob, jobs, cancellationToken);
        if (cronJob.Object("spec").Boolean("suspend") == true
            || !CronSchedule.TryParse(cronJob.Object("spec").String("schedule") ?? "", out var schedule, out _))
        {
            return;
        }

        var zone = CronSchedule.FindTimeZone(cronJob.Object("spec").String("timeZone")) ?? Context.Time.LocalTimeZone;
        var now = Now;
        var due = CronDue.Of(cronJob, schedule!, zone, now);
        if (due.IsFarBehind)
        {
            Warning(cronJob, "TooManyMissedTimes",
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        }

        if (due.Last is { } time)
        {
            await StartAsync(cronJob, jobs, time, cancellationToken);
        }

        if (due.Next is { } next)
        {
            Queue.AddAfter(key, next - now);
        }
    }

    /// <summary>Brings <c>status.active</c> and <c>lastSuccessfulTime</c> up to date.</summary>
    private async Task<JsonObject> FollowAsync(JsonObject cronJob, IReadOnlyList<JsonObject> jobs, CancellationToken cancellationToken)
    {
        var status = (cronJob.Object("status") ?? []).DeepClone().AsObject();
        var listed = status.Objects("active").Select(reference => reference.String("uid")).ToHashSet();
        foreach (var job in jobs.Where(job => listed.Contains(job.Uid()) && job.End() is not null))
        {
            Normal(cronJob, "SawCompletedJob", $"Saw completed job: {job.Name()}, condition: {job.End().String("type")}");
        }

        var active = jobs.Where(job => job.End() is null).OrderBy(job => job.CreatedAt()).ThenBy(job => job.Name(), StringComparer.Ordinal).ToList();
        status.Remove("active");
        if (active.Count > 0)
        {
            status["active"] = new JsonArray([.. active.Select(Reference)]);
        }

        var successes = jobs.Select(job => job.Object("status").String("completionTime")).Append(status.String("lastSuccessfulTime")).OfType<string>().ToList();
        if (successes.Count > 0)
        {
            status["lastSuccessfulTime"] = successes.Max(StringComparer.Ordinal);
        }

        return await Context.Writer.ReplaceStatusAsync(ResourceTypes.CronJobs, cronJob, status, cancellationToken);
    }

    private async Task CutHistoryAsync(JsonObject cronJob, IReadOnlyList<JsonObject> jobs, CancellationToken cancellationToken)
    {
        foreach (var (end, limit) in ((string, string)[])[("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")])
        {
            if (cronJob.Object("spec").Integer(limit) is not { } kept)
            {
                continue;
            }

            var ended = jobs.Where(job => job.End().String("type") == end && !job.IsBeingDeleted())
                .OrderByDescending(job => job.Object("status").String("startTime"), StringComparer.Ordinal).ThenByDescending(job => job.Name(), StringComparer.Ordinal);
            foreach (var job in ended.Skip((int)kept).ToList())
            {
                await DeleteAsync(cronJob, job, cancellationToken);
            }
        }
    }

    private async Task StartAsync(JsonObject cronJob, IReadOnlyList<JsonObject> jobs, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var active = jobs.Where(job => job.End() is null && !job.IsBeingDeleted()).ToList();
        switch (cronJob.Object("spec").String("concurrencyPolicy"))
        {
            case "Forbid" when active.Count > 0:
                Normal(cronJob, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
                return;
            case "Replace":
                foreach (var job in active)
                {
                    await DeleteAsync(cronJob, job, cancellationToken);
                }

                break;
            default:
                break;
        }

        if (await CreateAsync(cronJob, time, cancellationToken) is not { } created)
        {
            return;
        }

        var status = (cronJob.Object("status") ?? []).DeepClone().AsObject();
        status["lastScheduleTime"] = Timestamps.Format(time);
        var listed = status.Array("active") ?? [];
        listed.Add(Reference(created));
        status["active"] = listed;
        await Context.Writer.ReplaceStatusAsync(ResourceTypes.CronJobs, cronJob, status, cancellationToken);
    }

    private async Task<JsonObject?> CreateAsync(JsonObject cronJob, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var job = CronDue.Job(cronJob, time);
        try
        {
            var created = await Context.Writer.CreateAsync(ResourceTypes.Jobs, cronJob.Namespace(), job, cancellationToken);
            Normal(cronJob, "SuccessfulCreate", $"Created job {created.Name()}");
            return created;
        }
        catch (KubernetesApiException refused) when (refused.IsAlreadyExists)
        {
            // Made by a run that was cut off before it could write so; or somebody else's, whose name then counts as this time's.
            return await Context.Api.GetAsync(ResourceTypes.Jobs, cronJob.Namespace(), job.Name(), cancellationToken);
        }
        catch (KubernetesApiException refused) when (PodControl.IsNamespaceTerminating(refused))
        {
            return null;
        }
        catch (KubernetesApiException refused)
        {
            Warning(cronJob, "FailedCreate", $"Error creating job: {refused.Message}");
            throw;
        }
    }

    private async Task DeleteAsync(JsonObject cronJob, JsonObject job, CancellationToken cancellationToken)
    {
        await Context.Writer.DeleteAsync(ResourceTypes.Jobs, ObjectKey.Of(job), job.Uid(), cancellationToken);
        Normal(cronJob, "SuccessfulDelete", $"Deleted job {job.Name()}");
    }

    private static JsonObject Reference(JsonObject job) => new()
    {
        ["apiVersion"] = ResourceTypes.Jobs.ApiVersion,
        ["kind"] = ResourceTypes.Jobs.Kind,
        ["name"] = job.Name(),
        ["namespace"] = job.Namespace(),
        ["uid"] = job.Uid(),
        ["resourceVersion"] = job.ResourceVersion(),
    };
}

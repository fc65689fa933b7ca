using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Controllers.Ownership;

namespace Inlet.Local.Controllers.CronJobs;

/// <summary>Which time of a schedule is due now, and which is next. Pure.</summary>
/// <param name="Last">The latest time that has come and whose Job has not been made; earlier ones that were missed are not made up for.</param>
/// <param name="Next">Null when the schedule has no further time.</param>
/// <param name="IsFarBehind">More than a hundred times were missed: a clock leapt, or nothing ran for long.</param>
internal sealed record CronDue(DateTimeOffset? Last, DateTimeOffset? Next, bool IsFarBehind)
{
    private const int ManyMissed = 100;

    public static CronDue Of(JsonObject cronJob, CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset now)
    {
        var from = Timestamps.TryParse(cronJob.Object("status").String("lastScheduleTime"), out var last) ? last : cronJob.CreatedAt();
        if (cronJob.Object("spec").Integer("startingDeadlineSeconds") is { } seconds && now.AddSeconds(-seconds) > from)
        {
            // What is later than that is not started any more.
            from = now.AddSeconds(-seconds);
        }

        DateTimeOffset? due = null;
        var missed = 0;
        var next = schedule.Next(from, zone);
        while (next <= now)
        {
            due = next;
            missed++;
            next = schedule.Next(next.Value, zone);
        }

        return new CronDue(due, next, missed > ManyMissed);
    }

    /// <summary>The Job of one time: named after it, so that it is never made twice.</summary>
    public static JsonObject Job(JsonObject cronJob, DateTimeOffset time)
    {
        var template = cronJob.Object("spec").Object("jobTemplate");
        var metadata = new JsonObject
        {
            ["name"] = $"{cronJob.Name()}-{time.ToUnixTimeSeconds() / 60}",
            ["namespace"] = cronJob.Namespace(),
            ["labels"] = template.Object("metadata").Object("labels")?.DeepClone() ?? new JsonObject(),
            ["annotations"] = template.Object("metadata").Object("annotations")?.DeepClone() ?? new JsonObject(),
            ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ResourceTypes.CronJobs, cronJob)),
        };
        metadata.GetOrAddObject("annotations")["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
            time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["apiVersion"] = ResourceTypes.Jobs.ApiVersion,
            ["kind"] = ResourceTypes.Jobs.Kind,
            ["metadata"] = metadata,
            ["spec"] = template.Object("spec")?.DeepClone() ?? new JsonObject(),
        };
    }
}

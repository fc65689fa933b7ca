using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class CronJobResource : ResourceDefinition
{
    /// <summary>A Job's name is its CronJob's with eleven characters more, and a pod's label value holds 63.</summary>
    private const int LongestName = 52;

    public CronJobResource()
        : base(ResourceTypes.CronJobs, "cronjob", "k8s.io.api.batch.v1.CronJob")
    {
        ShortNames = ["cj"];
        Categories = ["all"];
        HasGeneration = true;
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Schedule"), new("Timezone"), new("Suspend", "boolean"), new("Active", "integer"), new("Last Schedule"), TableColumn.Age,
        TableColumn.Wide("Containers"), TableColumn.Wide("Images"), TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var (spec, status) = (obj.Object("spec"), obj.Object("status"));
        var last = Cell.Time(status.String("lastScheduleTime")) is { } time ? HumanDuration.Age(time, now) : Cell.None;
        var (names, images) = Cell.Containers(spec.Object("jobTemplate").Object("spec").Object("template").Object("spec"));
        return
        [
            obj.Name(), spec.String("schedule") ?? "", Cell.OrNone(spec.String("timeZone")), spec.Boolean("suspend") == true ? "True" : "False",
            status.Array("active")?.Count ?? 0, last, Cell.Age(obj, now), names, images,
            Cell.Selector(spec.Object("jobTemplate").Object("spec").Object("selector")),
        ];
    }

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "concurrencyPolicy", "Allow");
        FieldChecks.Default(spec, "suspend", false);
        FieldChecks.Default(spec, "successfulJobsHistoryLimit", 3);
        FieldChecks.Default(spec, "failedJobsHistoryLimit", 1);
        WorkloadSpec.DefaultTemplate(spec.GetOrAddObject("jobTemplate").GetOrAddObject("spec"));
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        if (obj.Name().Length > LongestName)
        {
            errors.Invalid("metadata.name", obj.Name(), $"must be no more than {LongestName} characters");
        }

        var spec = obj.Object("spec");
        Schedule(spec, errors);
        FieldChecks.OneOf(spec.String("concurrencyPolicy"), "spec.concurrencyPolicy", errors, "Allow", "Forbid", "Replace");
        foreach (var field in (ReadOnlySpan<string>)["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
        {
            FieldChecks.NonNegative(spec, field, "spec", errors);
        }

        var job = spec.Object("jobTemplate").Object("spec");
        JobSpec.Validate(job, "spec.jobTemplate.spec", errors);
        if (job.Boolean("manualSelector") == true)
        {
            errors.NotSupported("spec.jobTemplate.spec.manualSelector", "true", "nil", "false");
        }
    }

    private static void Schedule(JsonObject? spec, FieldErrors errors)
    {
        var schedule = spec.String("schedule") ?? "";
        if (schedule.Length == 0)
        {
            errors.Required("spec.schedule");
        }
        else if (schedule.Contains("TZ", StringComparison.Ordinal))
        {
            errors.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        }
        else if (!CronSchedule.TryParse(schedule, out _, out var problem))
        {
            errors.Invalid("spec.schedule", schedule, problem);
        }

        if (spec?["timeZone"] is not null && CronSchedule.FindTimeZone(spec.String("timeZone")) is null)
        {
            errors.Invalid("spec.timeZone", spec.String("timeZone"), "unknown time zone");
        }
    }
}

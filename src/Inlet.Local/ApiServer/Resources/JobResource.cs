using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class JobResource : ResourceDefinition
{
    public JobResource()
        : base(ResourceTypes.Jobs, "job", "k8s.io.api.batch.v1.Job")
    {
        Categories = ["all"];
        HasGeneration = true;
        HasOwnFields = true;
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Status"), new("Completions"), new("Duration"), TableColumn.Age,
        TableColumn.Wide("Containers"), TableColumn.Wide("Images"), TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), Status(obj), Completions(obj), Duration(obj.Object("status"), now), Cell.Age(obj, now), .. WorkloadSpec.WideCells(obj)];

    public override string? SelectableField(JsonObject obj, string field) => field == "status.successful"
        ? (obj.Object("status").Integer("succeeded") ?? 0).ToString(CultureInfo.InvariantCulture)
        : base.SelectableField(obj, field);

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        JobSpec.Default(spec);
        if (spec.Boolean("manualSelector") != true && obj.Uid().Length > 0)
        {
            GenerateSelector(obj, spec);
        }
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var (spec, before) = (obj.Object("spec"), old.Object("spec"));
        JobSpec.Validate(spec, "spec", errors);
        if (spec.Boolean("manualSelector") == true)
        {
            JobSpec.ManualSelector(spec, errors);
        }
        else if (old is null && spec.Object("selector").Object("matchLabels") is { Count: not 1 })
        {
            errors.Invalid("spec.selector", spec!["selector"], "`selector` not auto-generated");
        }

        if (before is null)
        {
            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["selector", "template", "completionMode", "completions"])
        {
            FieldChecks.Unchanged(spec?[field], before[field], $"spec.{field}", errors);
        }
    }

    /// <summary>A Job finds its pods by its own uid, so that two Jobs never take each other's.</summary>
    private static void GenerateSelector(JsonObject obj, JsonObject spec)
    {
        spec.GetOrAddObject("selector").GetOrAddObject("matchLabels")["batch.kubernetes.io/controller-uid"] = obj.Uid();
        var labels = spec.GetOrAddObject("template").GetOrAddObject("metadata").GetOrAddObject("labels");
        foreach (var prefix in (ReadOnlySpan<string>)["", "batch.kubernetes.io/"])
        {
            labels[$"{prefix}controller-uid"] = obj.Uid();
            labels[$"{prefix}job-name"] = obj.Name();
        }
    }

    private static string Status(JsonObject obj)
    {
        var conditions = obj.Object("status").Objects("conditions").Where(c => c.String("status") == "True").Select(c => c.String("type")).ToHashSet();
        return conditions.Contains("Complete") ? "Complete"
            : conditions.Contains("Failed") ? "Failed"
            : obj.IsBeingDeleted() ? "Terminating"
            : conditions.Contains("Suspended") ? "Suspended"
            : conditions.Contains("FailureTarget") ? "FailureTarget"
            : conditions.Contains("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static string Completions(JsonObject obj)
    {
        var (succeeded, spec) = (obj.Object("status").Integer("succeeded") ?? 0, obj.Object("spec"));
        return spec.Integer("completions") is { } completions ? $"{succeeded}/{completions}"
            : spec.Integer("parallelism") is > 1 and var parallelism ? $"{succeeded}/1 of {parallelism}"
            : $"{succeeded}/1";
    }

    private static string Duration(JsonObject? status, DateTimeOffset now) => Cell.Time(status.String("startTime")) is { } start
        ? HumanDuration.Format((Cell.Time(status.String("completionTime")) ?? now) - start)
        : "";
}

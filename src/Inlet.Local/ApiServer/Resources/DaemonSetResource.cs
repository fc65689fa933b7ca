using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class DaemonSetResource : ResourceDefinition
{
    private static readonly string[] Counters = ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"];

    public DaemonSetResource()
        : base(ResourceTypes.DaemonSets, "daemonset", "k8s.io.api.apps.v1.DaemonSet")
    {
        ShortNames = ["ds"];
        Categories = ["all"];
        HasGeneration = true;
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Desired", "integer"), new("Current", "integer"), new("Ready", "integer"), new("Up-to-date", "integer"),
        new("Available", "integer"), new("Node Selector"), TableColumn.Age,
        TableColumn.Wide("Containers"), TableColumn.Wide("Images"), TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var status = obj.Object("status");
        return
        [
            obj.Name(), status.Integer("desiredNumberScheduled") ?? 0, status.Integer("currentNumberScheduled") ?? 0, status.Integer("numberReady") ?? 0,
            status.Integer("updatedNumberScheduled") ?? 0, status.Integer("numberAvailable") ?? 0,
            Cell.Map(obj.Object("spec").Object("template").Object("spec").Object("nodeSelector")), Cell.Age(obj, now), .. WorkloadSpec.WideCells(obj),
        ];
    }

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "revisionHistoryLimit", 10);
        var strategy = spec.GetOrAddObject("updateStrategy");
        FieldChecks.Default(strategy, "type", "RollingUpdate");
        if (strategy.String("type") == "RollingUpdate")
        {
            var rolling = strategy.GetOrAddObject("rollingUpdate");
            FieldChecks.Default(rolling, "maxUnavailable", 1);
            FieldChecks.Default(rolling, "maxSurge", 0);
        }

        WorkloadSpec.DefaultTemplate(spec);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject(Counters.Select(counter => KeyValuePair.Create<string, JsonNode?>(counter, 0)));
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        WorkloadSpec.Validate(spec, old.Object("spec"), "DaemonSet", errors);
        FieldChecks.NonNegative(spec, "revisionHistoryLimit", "spec", errors);
        var strategy = spec.Object("updateStrategy");
        FieldChecks.OneOf(strategy.String("type"), "spec.updateStrategy.type", errors, "OnDelete", "RollingUpdate");
        var rolling = strategy.Object("rollingUpdate");
        var (unavailable, surge) = (Number(rolling, "maxUnavailable", errors), Number(rolling, "maxSurge", errors));
        if (rolling is not null && unavailable == 0 && surge == 0)
        {
            errors.Required("spec.updateStrategy.rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0");
        }
        else if (unavailable > 0 && surge > 0)
        {
            errors.Invalid("spec.updateStrategy.rollingUpdate.maxSurge", rolling!["maxSurge"], "may not be set when maxUnavailable is non-zero");
        }
    }

    private static int? Number(JsonObject? rolling, string key, FieldErrors errors)
    {
        if (rolling?[key] is not { } value)
        {
            return null;
        }

        var number = WorkloadSpec.CountOrPercent(value.ToString());
        if (number is null)
        {
            errors.Invalid($"spec.updateStrategy.rollingUpdate.{key}", value, "must be a number or a percentage");
        }

        return number;
    }
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class StatefulSetResource : ResourceDefinition
{
    private static readonly string[] MutableFields =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public StatefulSetResource()
        : base(ResourceTypes.StatefulSets, "statefulset", "k8s.io.api.apps.v1.StatefulSet")
    {
        ShortNames = ["sts"];
        Categories = ["all"];
        HasGeneration = true;
        Subresources = [StatusOf(Type), Scale()];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Ready"), TableColumn.Age, TableColumn.Wide("Containers"), TableColumn.Wide("Images"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var ready = $"{obj.Object("status").Integer("readyReplicas") ?? 0}/{obj.Object("spec").Integer("replicas") ?? 0}";
        return [obj.Name(), ready, Cell.Age(obj, now), .. WorkloadSpec.WideCells(obj).Take(2)];
    }

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "replicas", 1);
        FieldChecks.Default(spec, "podManagementPolicy", "OrderedReady");
        FieldChecks.Default(spec, "revisionHistoryLimit", 10);
        FieldChecks.Default(spec, "persistentVolumeClaimRetentionPolicy", new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" });
        var strategy = spec.GetOrAddObject("updateStrategy");
        FieldChecks.Default(strategy, "type", "RollingUpdate");
        if (strategy.String("type") == "RollingUpdate")
        {
            FieldChecks.Default(strategy.GetOrAddObject("rollingUpdate"), "partition", 0);
        }

        WorkloadSpec.DefaultTemplate(spec);
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["replicas"] = 0, ["availableReplicas"] = 0 };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        if (old is not null && !JsonNode.DeepEquals(Frozen(spec), Frozen(old.Object("spec"))))
        {
            errors.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
            return;
        }

        WorkloadSpec.Validate(spec, null, "StatefulSet", errors);
        // There are no volumes to claim on one machine's behalf: emptyDir and hostPath are what pods can have.
        WorkloadSpec.Refuse(spec, "spec", errors, "volumeClaimTemplates");
        FieldChecks.NonNegative(spec, "revisionHistoryLimit", "spec", errors);
        FieldChecks.NonNegative(spec.Object("ordinals"), "start", "spec.ordinals", errors);
        FieldChecks.OneOf(spec.String("podManagementPolicy"), "spec.podManagementPolicy", errors, "OrderedReady", "Parallel");
        var strategy = spec.Object("updateStrategy");
        FieldChecks.OneOf(strategy.String("type"), "spec.updateStrategy.type", errors, "OnDelete", "RollingUpdate");
        FieldChecks.NonNegative(strategy.Object("rollingUpdate"), "partition", "spec.updateStrategy.rollingUpdate", errors);
        if (strategy.Object("rollingUpdate")?["maxUnavailable"] is { } most && WorkloadSpec.CountOrPercent(most.ToString()) is null or 0)
        {
            errors.Invalid("spec.updateStrategy.rollingUpdate.maxUnavailable", most, "must be a number or a percentage above 0");
        }
    }

    private static JsonObject Frozen(JsonObject? spec)
    {
        var frozen = (spec ?? []).DeepClone().AsObject();
        foreach (var field in MutableFields)
        {
            frozen.Remove(field);
        }

        return frozen;
    }
}

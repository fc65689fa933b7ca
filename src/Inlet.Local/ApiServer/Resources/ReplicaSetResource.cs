using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ReplicaSetResource : ResourceDefinition
{
    public ReplicaSetResource()
        : base(ResourceTypes.ReplicaSets, "replicaset", "k8s.io.api.apps.v1.ReplicaSet")
    {
        ShortNames = ["rs"];
        Categories = ["all"];
        HasGeneration = true;
        HasOwnFields = true;
        Subresources = [StatusOf(Type), Scale()];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Desired", "integer"), new("Current", "integer"), new("Ready", "integer"), TableColumn.Age,
        TableColumn.Wide("Containers"), TableColumn.Wide("Images"), TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var status = obj.Object("status");
        return
        [
            obj.Name(), obj.Object("spec").Integer("replicas") ?? 0, status.Integer("replicas") ?? 0, status.Integer("readyReplicas") ?? 0,
            Cell.Age(obj, now), .. WorkloadSpec.WideCells(obj),
        ];
    }

    public override string? SelectableField(JsonObject obj, string field) => field == "status.replicas"
        ? (obj.Object("status").Integer("replicas") ?? 0).ToString(CultureInfo.InvariantCulture)
        : base.SelectableField(obj, field);

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "replicas", 1);
        WorkloadSpec.DefaultTemplate(spec);
    }

    /// <summary>A new ReplicaSet shows its zero replicas, as in Kubernetes.</summary>
    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["replicas"] = 0 };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors) =>
        WorkloadSpec.Validate(obj.Object("spec"), old.Object("spec"), "ReplicaSet", errors);
}

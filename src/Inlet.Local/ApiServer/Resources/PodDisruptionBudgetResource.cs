using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PodDisruptionBudgetResource : ResourceDefinition
{
    public PodDisruptionBudgetResource()
        : base(new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true), "poddisruptionbudget", "k8s.io.api.policy.v1.PodDisruptionBudget")
    {
        ShortNames = ["pdb"];
        HasGeneration = true;
        Subresources = [StatusOf(Type)];
        NoEffect = "PodDisruptionBudgets are stored and have no effect on this server: its one node is not drained";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, new("Min Available"), new("Max Unavailable"), new("Allowed Disruptions", "integer"), TableColumn.Age];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
    [
        obj.Name(), obj.Object("spec")?["minAvailable"]?.ToString() ?? "N/A", obj.Object("spec")?["maxUnavailable"]?.ToString() ?? "N/A",
        obj.Object("status").Integer("disruptionsAllowed") ?? 0, Cell.Age(obj, now),
    ];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        if (spec?["minAvailable"] is not null && spec["maxUnavailable"] is not null)
        {
            errors.Invalid("spec", spec.DeepClone(), "minAvailable and maxUnavailable cannot be both set");
        }

        FieldChecks.Selector(spec.Object("selector"), "spec.selector", errors);
    }
}

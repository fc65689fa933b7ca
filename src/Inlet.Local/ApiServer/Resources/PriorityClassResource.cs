using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PriorityClassResource : ResourceDefinition
{
    private const long HighestOfUsers = 1_000_000_000;

    public PriorityClassResource()
        : base(new("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", false), "priorityclass", "k8s.io.api.scheduling.v1.PriorityClass")
    {
        ShortNames = ["pc"];
        HasGeneration = true;
        NoEffect = "PriorityClasses are stored and have no effect on this server: no pod makes room for another";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, new("Value", "integer"), new("Global-Default", "boolean"), TableColumn.Age, new("PreemptionPolicy")];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), obj.Integer("value") ?? 0, obj.Boolean("globalDefault") ?? false, Cell.Age(obj, now), obj.String("preemptionPolicy") ?? ""];

    public override void Default(JsonObject obj) => FieldChecks.Default(obj, "preemptionPolicy", "PreemptLowerPriority");

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        if (obj.Integer("value") is > HighestOfUsers and var value)
        {
            errors.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestOfUsers}, not {value}");
        }

        if (old is not null)
        {
            FieldChecks.Unchanged(obj["value"], old["value"], "value", errors);
            FieldChecks.Unchanged(obj["preemptionPolicy"], old["preemptionPolicy"], "preemptionPolicy", errors);
        }
    }
}

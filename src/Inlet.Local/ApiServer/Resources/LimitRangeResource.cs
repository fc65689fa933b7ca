using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class LimitRangeResource : ResourceDefinition
{
    public LimitRangeResource()
        : base(new("", "v1", "LimitRange", "limitranges", true), "limitrange", "k8s.io.api.core.v1.LimitRange")
    {
        ShortNames = ["limits"];
        NoEffect = "LimitRanges are stored and have no effect on this server: pods keep the requests and limits they were given";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, new("Created At", "date")];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), obj.Metadata().String("creationTimestamp") ?? ""];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        foreach (var (limit, index) in obj.Object("spec").Objects("limits").Select((l, i) => (l, i)))
        {
            if (string.IsNullOrEmpty(limit.String("type")))
            {
                errors.Required($"spec.limits[{index}].type");
            }
        }
    }
}

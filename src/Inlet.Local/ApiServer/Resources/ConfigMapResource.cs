using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ConfigMapResource : ResourceDefinition
{
    public ConfigMapResource()
        : base(ResourceTypes.ConfigMaps, "configmap", "k8s.io.api.core.v1.ConfigMap")
    {
        ShortNames = ["cm"];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Data", "integer"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), (obj.Object("data")?.Count ?? 0) + (obj.Object("binaryData")?.Count ?? 0), Cell.Age(obj, now)];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        FieldChecks.Data(obj, errors, "data", "binaryData");
        foreach (var (key, _) in obj.Object("binaryData") ?? [])
        {
            if (obj.Object("data")?.ContainsKey(key) == true)
            {
                errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
            }
        }

        FieldChecks.ImmutableData(obj, old, errors, "data", "binaryData");
    }
}

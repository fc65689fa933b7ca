using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ServiceAccountResource : ResourceDefinition
{
    public ServiceAccountResource()
        : base(ResourceTypes.ServiceAccounts, "serviceaccount", "k8s.io.api.core.v1.ServiceAccount")
    {
        ShortNames = ["sa"];
        Subresources = [new("token", "authentication.k8s.io", "v1", "TokenRequest", ["create"])];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Secrets", "integer"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), obj.Array("secrets")?.Count ?? 0, Cell.Age(obj, now)];
}

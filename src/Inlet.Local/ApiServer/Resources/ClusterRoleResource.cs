using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ClusterRoleResource : ResourceDefinition
{
    public ClusterRoleResource()
        : base(ResourceTypes.ClusterRoles, "clusterrole", "k8s.io.api.rbac.v1.ClusterRole")
    {
        Names = NameRule.PathSegment;
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Created At", "date"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), obj.Metadata().String("creationTimestamp") ?? ""];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors) =>
        RbacValidation.Rules(obj, namespaced: false, errors);
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class RoleBindingResource : ResourceDefinition
{
    public RoleBindingResource()
        : base(ResourceTypes.RoleBindings, "rolebinding", "k8s.io.api.rbac.v1.RoleBinding")
    {
        Names = NameRule.PathSegment;
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Role"), TableColumn.Age,
        TableColumn.Wide("Users"), TableColumn.Wide("Groups"), TableColumn.Wide("ServiceAccounts"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
    [
        obj.Name(), $"{obj.Object("roleRef").String("kind")}/{obj.Object("roleRef").String("name")}", Cell.Age(obj, now),
        RbacValidation.Subjects(obj, "User"), RbacValidation.Subjects(obj, "Group"), RbacValidation.Subjects(obj, "ServiceAccount"),
    ];

    public override void Default(JsonObject obj) => RbacValidation.DefaultBinding(obj);

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors) =>
        RbacValidation.Binding(obj, old, namespaced: true, errors);
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class NamespaceResource : ResourceDefinition
{
    public NamespaceResource()
        : base(ResourceTypes.Namespaces, "namespace", "k8s.io.api.core.v1.Namespace")
    {
        ShortNames = ["ns"];
        Names = NameRule.Label;
        HasOwnFields = true;
        // As in Kubernetes: no deletecollection, so that no selector ever removes several namespaces at once.
        Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
        Subresources = [StatusOf(Type), new("finalize", Type.Group, Type.Version, Type.Kind, ["update"])];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Status"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), obj.Object("status").String("phase") ?? "", Cell.Age(obj, now)];

    public override string? SelectableField(JsonObject obj, string field) =>
        field == "status.phase" ? obj.Object("status").String("phase") ?? "" : base.SelectableField(obj, field);

    /// <summary>The label by which network policies and selectors name a namespace.</summary>
    public override void Default(JsonObject obj)
    {
        if (obj.Name() is { Length: > 0 } name)
        {
            obj.GetOrAddObject("metadata").GetOrAddObject("labels")["kubernetes.io/metadata.name"] = name;
        }
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["phase"] = "Active" };
        // Cleared through the finalize sub-resource once the namespace is empty.
        obj.GetOrAddObject("spec")["finalizers"] = new JsonArray("kubernetes");
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(obj, old);
        if (old.Object("spec")?["finalizers"] is { } finalizers)
        {
            obj.GetOrAddObject("spec")["finalizers"] = finalizers.DeepClone();
        }
    }
}

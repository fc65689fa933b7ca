using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class NodeResource : ResourceDefinition
{
    public NodeResource()
        : base(ResourceTypes.Nodes, "node", "k8s.io.api.core.v1.Node")
    {
        ShortNames = ["no"];
        HasOwnFields = true;
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Status"), new("Roles"), TableColumn.Age, new("Version"),
        TableColumn.Wide("Internal-IP"), TableColumn.Wide("External-IP"), TableColumn.Wide("OS-Image"),
        TableColumn.Wide("Kernel-Version"), TableColumn.Wide("Container-Runtime"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
    [
        obj.Name(), Status(obj), Roles(obj), Cell.Age(obj, now), Info(obj, "kubeletVersion"),
        Address(obj, "InternalIP"), Address(obj, "ExternalIP"), Info(obj, "osImage") is { Length: > 0 } image ? image : "<unknown>",
        Info(obj, "kernelVersion") is { Length: > 0 } kernel ? kernel : "<unknown>",
        Info(obj, "containerRuntimeVersion") is { Length: > 0 } runtime ? runtime : "<unknown>",
    ];

    public override string? SelectableField(JsonObject obj, string field) => field == "spec.unschedulable"
        ? obj.Object("spec").Boolean("unschedulable") == true ? "true" : "false"
        : base.SelectableField(obj, field);

    /// <summary>The agent registers itself with its status: unlike other kinds, create keeps it.</summary>
    public override void PrepareForCreate(JsonObject obj)
    {
    }

    private static string Status(JsonObject obj)
    {
        var ready = obj.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == "Ready").String("status") switch
        {
            null => "Unknown",
            "True" => "Ready",
            _ => "NotReady",
        };
        return obj.Object("spec").Boolean("unschedulable") == true ? $"{ready},SchedulingDisabled" : ready;
    }

    private static string Roles(JsonObject obj)
    {
        const string Prefix = "node-role.kubernetes.io/";
        var roles = (obj.Labels() ?? []).Select(l => l.Key).Where(k => k.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(k => k[Prefix.Length..]).Order(StringComparer.Ordinal);
        return Cell.OrNone(string.Join(',', roles));
    }

    private static string Info(JsonObject obj, string key) => obj.Object("status").Object("nodeInfo").String(key) ?? "";

    private static string Address(JsonObject obj, string type) =>
        Cell.OrNone(obj.Object("status").Objects("addresses").FirstOrDefault(a => a.String("type") == type).String("address"));
}

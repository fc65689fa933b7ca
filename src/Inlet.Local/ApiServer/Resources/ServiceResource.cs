using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ServiceResource : ResourceDefinition
{
    public ServiceResource()
        : base(ResourceTypes.Services, "service", "k8s.io.api.core.v1.Service")
    {
        ShortNames = ["svc"];
        Categories = ["all"];
        Names = NameRule.ServiceLabel;
        HasOwnFields = true;
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Type"), new("Cluster-IP"), new("External-IP"), new("Port(s)"), TableColumn.Age, TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        return
        [
            obj.Name(), spec.String("type") ?? "", Cell.OrNone(spec.String("clusterIP")), ExternalAddress(obj), Ports(spec),
            Cell.Age(obj, now), Cell.Map(spec.Object("selector")),
        ];
    }

    public override string? SelectableField(JsonObject obj, string field) => field switch
    {
        "spec.clusterIP" or "spec.type" => obj.Object("spec").String(field["spec.".Length..]) ?? "",
        _ => base.SelectableField(obj, field),
    };

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "sessionAffinity", "None");
        FieldChecks.Default(spec, "type", "ClusterIP");
        foreach (var port in spec.Objects("ports"))
        {
            FieldChecks.Default(port, "protocol", "TCP");
            if (port["targetPort"] is null || port["targetPort"]!.ToString() is "" or "0")
            {
                port["targetPort"] = port["port"]?.DeepClone() ?? 0;
            }
        }

        if (spec.String("sessionAffinity") == "ClientIP")
        {
            FieldChecks.Default(spec.GetOrAddObject("sessionAffinityConfig").GetOrAddObject("clientIP"), "timeoutSeconds", 10_800);
        }

        if (spec.String("type") == "ExternalName")
        {
            return;
        }

        FieldChecks.Default(spec, "internalTrafficPolicy", "Cluster");
        if (spec.String("type") is "NodePort" or "LoadBalancer")
        {
            FieldChecks.Default(spec, "externalTrafficPolicy", "Cluster");
        }

        if (spec.String("type") == "LoadBalancer")
        {
            FieldChecks.Default(spec, "allocateLoadBalancerNodePorts", true);
        }

        FieldChecks.Default(spec, "ipFamilies", new JsonArray("IPv4"));
        FieldChecks.Default(spec, "ipFamilyPolicy", "SingleStack");
        if (spec.String("clusterIP") is { Length: > 0 } address)
        {
            FieldChecks.Default(spec, "clusterIPs", new JsonArray(address));
        }
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
    }

    /// <summary>A client that sends its manifest again does not know the addresses and ports handed out: they stay.</summary>
    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        base.PrepareForUpdate(obj, old);
        var (spec, oldSpec) = (obj.GetOrAddObject("spec"), old.Object("spec"));
        if (spec.String("type") == "ExternalName" || oldSpec.String("type") == "ExternalName")
        {
            return;
        }

        if (string.IsNullOrEmpty(spec.String("clusterIP")) && oldSpec.String("clusterIP") is { Length: > 0 } address)
        {
            spec["clusterIP"] = address;
            spec["clusterIPs"] = oldSpec?["clusterIPs"]?.DeepClone() ?? new JsonArray(address);
        }

        if (spec.String("type") is not ("NodePort" or "LoadBalancer"))
        {
            return;
        }

        foreach (var port in spec.Objects("ports").Where(p => p.Integer("nodePort") is null or 0))
        {
            var before = oldSpec.Objects("ports").FirstOrDefault(
                p => p.Integer("port") == port.Integer("port") && p.String("protocol") == port.String("protocol"));
            if (before.Integer("nodePort") is not (null or 0) and var nodePort
                && !spec.Objects("ports").Any(p => p.Integer("nodePort") == nodePort))
            {
                port["nodePort"] = nodePort;
            }
        }
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors) =>
        ServiceValidation.Validate(obj.Object("spec"), old.Object("spec"), errors);

    private static string ExternalAddress(JsonObject obj)
    {
        var spec = obj.Object("spec");
        var fixedAddresses = string.Join(',', (spec.Array("externalIPs") ?? []).Select(ip => ip?.ToString()));
        switch (spec.String("type"))
        {
            case "ExternalName":
                return spec.String("externalName") ?? "";
            case "LoadBalancer":
                var all = string.Join(',', ((string[])[Cell.LoadBalancer(obj), fixedAddresses]).Where(a => a.Length > 0));
                return all.Length > 0 ? all : "<pending>";
            default:
                return Cell.OrNone(fixedAddresses);
        }
    }

    private static string Ports(JsonObject? spec) => Cell.OrNone(string.Join(',', spec.Objects("ports").Select(p =>
        p.Integer("nodePort") is not (null or 0) and var nodePort
            ? $"{p.Integer("port")}:{nodePort}/{p.String("protocol")}"
            : $"{p.Integer("port")}/{p.String("protocol")}")));
}

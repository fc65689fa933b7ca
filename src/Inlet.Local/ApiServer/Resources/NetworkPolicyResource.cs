using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class NetworkPolicyResource : ResourceDefinition
{
    public NetworkPolicyResource()
        : base(new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true), "networkpolicy", "k8s.io.api.networking.v1.NetworkPolicy")
    {
        ShortNames = ["netpol"];
        HasGeneration = true;
        NoEffect = "NetworkPolicies are stored and have no effect on this server: pods reach each other";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, new("Pod-Selector"), TableColumn.Age];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), Cell.Selector(obj.Object("spec").Object("podSelector")), Cell.Age(obj, now)];

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "podSelector", new JsonObject());
        if (spec.Array("policyTypes") is null or { Count: 0 })
        {
            spec["policyTypes"] = spec.Array("egress") is { Count: > 0 } ? ["Ingress", "Egress"] : new JsonArray("Ingress");
        }

        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(r => r.Objects("ports")))
        {
            FieldChecks.Default(port, "protocol", "TCP");
        }
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        FieldChecks.Selector(spec.Object("podSelector"), "spec.podSelector", errors);
        foreach (var (type, index) in (spec.Array("policyTypes") ?? []).Select((t, i) => (t?.ToString(), i)))
        {
            FieldChecks.OneOf(type ?? "", $"spec.policyTypes[{index}]", errors, "Egress", "Ingress");
        }
    }
}

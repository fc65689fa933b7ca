using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EndpointSliceResource : ResourceDefinition
{
    public EndpointSliceResource()
        : base(ResourceTypes.EndpointSlices, "endpointslice", "k8s.io.api.discovery.v1.EndpointSlice")
    {

    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("AddressType"), new("Ports"), new("Endpoints"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
    [
        obj.Name(), obj.String("addressType") ?? "",
        Cell.Some([.. obj.Objects("ports").Select(p => p.Integer("port")?.ToString(CultureInfo.InvariantCulture) ?? "*")], "<unset>"),
        Cell.Some([.. obj.Objects("endpoints").SelectMany(e => e.Array("addresses") ?? []).Select(a => a?.ToString() ?? "")], "<unset>"),
        Cell.Age(obj, now),
    ];

    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Objects("ports"))
        {
            FieldChecks.Default(port, "protocol", "TCP");
            // Present and empty: the one unnamed port.
            port["name"] ??= "";
        }
    }

    public override void PrepareForCreate(JsonObject obj) => obj.GetOrAddObject("metadata")["generation"] = 1;

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        var generation = old.Metadata().Integer("generation") ?? 1;
        obj.GetOrAddObject("metadata")["generation"] = SpecEquals(obj, old) ? generation : generation + 1;
    }

    /// <summary>Loopback addresses are legal here, where Kubernetes refuses them: without root, pods share the host's network.</summary>
    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var addressType = obj.String("addressType");
        if (string.IsNullOrEmpty(addressType))
        {
            errors.Required("addressType");
        }
        else
        {
            FieldChecks.OneOf(addressType, "addressType", errors, "FQDN", "IPv4", "IPv6");
        }

        if (old is not null)
        {
            FieldChecks.Unchanged(obj["addressType"], old["addressType"], "addressType", errors);
        }

        foreach (var (endpoint, index) in obj.Objects("endpoints").Select((e, i) => (e, i)))
        {
            Addresses(endpoint, $"endpoints[{index}].addresses", addressType, errors);
        }

        var names = new HashSet<string>();
        foreach (var (port, index) in obj.Objects("ports").Select((p, i) => (p, i)))
        {
            var name = port.String("name") ?? "";
            if (!names.Add(name))
            {
                errors.Duplicate($"ports[{index}].name", name);
            }

            FieldChecks.OneOf(port.String("protocol"), $"ports[{index}].protocol", errors, "SCTP", "TCP", "UDP");
        }
    }

    private static void Addresses(JsonObject endpoint, string path, string? addressType, FieldErrors errors)
    {
        var addresses = endpoint.Array("addresses");
        if (addresses is null or { Count: 0 })
        {
            errors.Required(path, "must contain at least 1 address");
            return;
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            var text = addresses[i]?.ToString() ?? "";
            var family = addressType switch
            {
                "IPv4" => AddressFamily.InterNetwork,
                "IPv6" => AddressFamily.InterNetworkV6,
                _ => AddressFamily.Unspecified,
            };
            if (family != AddressFamily.Unspecified && !(IPAddress.TryParse(text, out var ip) && ip.AddressFamily == family))
            {
                errors.Invalid($"{path}[{i}]", text, $"must be a valid {addressType} address");
            }
        }
    }
}

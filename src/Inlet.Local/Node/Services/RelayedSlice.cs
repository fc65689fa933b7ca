using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Services;

/// <summary>What of an EndpointSlice the relays act on.</summary>
/// <param name="Service">Null when it belongs to none.</param>
internal sealed record RelayedSlice(ObjectKey? Service, IReadOnlyList<RelayedSlice.Port> Ports, IReadOnlyList<RelayedSlice.Endpoint> Endpoints)
{
    public static RelayedSlice Read(JsonObject obj)
    {
        var service = obj.Labels().String(EndpointSlice.ServiceNameLabel);
        return new(
            string.IsNullOrEmpty(service) ? null : new ObjectKey(obj.Namespace(), service),
            [.. obj.Objects("ports").Select(Port.Read)],
            [.. obj.Objects("endpoints").SelectMany(Endpoint.Read)]);
    }

    /// <param name="Number">0 when the slice leaves it open, which no relay can follow.</param>
    internal sealed record Port(string Name, string Protocol, int Number)
    {
        public static Port Read(JsonObject port) =>
            new(port.String("name") ?? "", port.String("protocol") ?? "TCP", (int)(port.Integer("port") ?? 0));
    }

    /// <param name="Ready">Takes new connections.</param>
    /// <param name="Fallback">Terminating but still serving: takes new connections while no other endpoint is ready (KEP-1669, as kube-proxy does).</param>
    internal sealed record Endpoint(IPAddress Address, string? HostName, bool Ready, bool Fallback)
    {
        public static IEnumerable<Endpoint> Read(JsonObject endpoint)
        {
            var conditions = endpoint.Object("conditions");
            // An unknown condition counts as true for ready and serving, as false for terminating (EndpointSlice API).
            var ready = conditions.Boolean("ready") ?? true;
            var fallback = (conditions.Boolean("serving") ?? ready) && (conditions.Boolean("terminating") ?? false);
            // All addresses of one endpoint are the same pod: the first is enough, as kube-proxy holds it.
            return (endpoint.Array("addresses") ?? []).Take(1)
                .Select(address => IPAddress.TryParse(address?.ToString(), out var parsed) ? parsed : null)
                .OfType<IPAddress>()
                .Select(address => new Endpoint(address, endpoint.String("hostname"), ready, fallback));
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Services;

/// <summary>What of a Service the relays act on.</summary>
/// <param name="Created">creationTimestamp as written, which sorts by age.</param>
/// <param name="ClusterIP">Null for headless Services and those without one.</param>
/// <param name="IsHeadless">Its name stands for its endpoints (<c>clusterIP: None</c>).</param>
/// <param name="ExternalName">Set for Services of type ExternalName: a name and nothing else.</param>
/// <param name="ExternalIPs">Addresses the user says are this machine's (<c>spec.externalIPs</c>).</param>
/// <param name="SourceRanges">Who may use the LoadBalancer ports (<c>spec.loadBalancerSourceRanges</c>), joined with commas; empty for everyone.</param>
/// <param name="AffinityTimeout">Null without <c>sessionAffinity: ClientIP</c>.</param>
internal sealed record RelayedService(
    ObjectKey Key,
    string Uid,
    string Created,
    string Type,
    IPAddress? ClusterIP,
    bool IsHeadless,
    string? ExternalName,
    IReadOnlyList<IPAddress> ExternalIPs,
    string SourceRanges,
    TimeSpan? AffinityTimeout,
    IReadOnlyList<RelayedPort> Ports)
{
    // Kubernetes' default for sessionAffinityConfig.clientIP.timeoutSeconds: three hours.
    private const long DefaultAffinitySeconds = 10800;

    public bool HasNodePorts => Type is "NodePort" or "LoadBalancer";

    public static RelayedService Read(JsonObject obj)
    {
        var spec = obj.Object("spec");
        return new(
            ObjectKey.Of(obj),
            obj.Uid(),
            obj.Metadata().String("creationTimestamp") ?? "",
            spec.String("type") ?? "ClusterIP",
            IPAddress.TryParse(spec.String("clusterIP"), out var address) ? address : null,
            spec.String("clusterIP") == "None",
            spec.String("type") == "ExternalName" ? spec.String("externalName") : null,
            [.. Strings(spec, "externalIPs").Select(static text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()],
            string.Join(',', Strings(spec, "loadBalancerSourceRanges").Select(static text => text.Trim())),
            Affinity(spec),
            [.. spec.Objects("ports").Select(RelayedPort.Read)]);
    }

    private static IEnumerable<string> Strings(JsonObject? spec, string key) =>
        spec.Array(key)?.Select(static value => value?.ToString() ?? "") ?? [];

    private static TimeSpan? Affinity(JsonObject? spec) => spec.String("sessionAffinity") == "ClientIP"
        ? TimeSpan.FromSeconds(spec.Object("sessionAffinityConfig").Object("clientIP").Integer("timeoutSeconds") ?? DefaultAffinitySeconds)
        : null;
}

/// <param name="Name">Empty for the only port of a Service, which needs none.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</param>
/// <param name="NodePort">0 for none.</param>
internal sealed record RelayedPort(string Name, string Protocol, int Port, int NodePort)
{
    public static RelayedPort Read(JsonObject port) => new(
        port.String("name") ?? "",
        port.String("protocol") ?? "TCP",
        (int)(port.Integer("port") ?? 0),
        (int)(port.Integer("nodePort") ?? 0));
}

using System.Net;

namespace Inlet.Local.Node.Services.Names;

/// <summary>What of a Service the cluster's DNS tells.</summary>
/// <param name="ClusterIP">Null for a headless Service.</param>
/// <param name="ExternalName">Set for Services of type ExternalName, which have nothing else.</param>
/// <param name="Endpoints">Of a headless Service: its ready endpoints.</param>
internal sealed record NamedService(
    IPAddress? ClusterIP, string? ExternalName, IReadOnlyList<RelayedPort> Ports, IReadOnlyList<NamedEndpoint> Endpoints);

/// <param name="HostName">The pod's own, of a StatefulSet for instance; without one, its address with dashes.</param>
internal sealed record NamedEndpoint(string HostName, IPAddress Address, string PortName, string Protocol, int Port);

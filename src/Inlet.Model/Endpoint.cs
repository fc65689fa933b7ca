using System.Net;

namespace Inlet.Model;

/// <summary>One address of a backend, from an EndpointSlice.</summary>
/// <param name="Address">IPv4 or IPv6 address of the pod.</param>
/// <param name="Port">TCP port, 1–65535.</param>
public sealed record Endpoint(IPAddress Address, int Port)
{
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}

/// <summary>
/// The endpoints of one backend as they are now. An empty list means the Service exists without ready endpoints, or does
/// not exist: both answer 503 (reference: ingress-nginx control plane, Endpoints).
/// </summary>
/// <param name="Ready">Endpoints that take new requests.</param>
public sealed record BackendEndpoints(BackendKey Backend, EquatableArray<Endpoint> Ready)
{
    /// <summary>
    /// Endpoints that terminate and still serve (EndpointSlice conditions <c>terminating</c> and <c>serving</c>). They take new
    /// requests only while <see cref="Ready"/> is empty, as kube-proxy does it: better a pod on its way out than a 503.
    /// </summary>
    public EquatableArray<Endpoint> Draining { get; init; } = [];
}

using System.Net;

namespace Inlet.Local.Node;

/// <summary>One port of one Service as bound on this machine.</summary>
/// <param name="Kind">Which of the Service's addresses this is.</param>
/// <param name="ServicePort">The port as the Service names it.</param>
/// <param name="Bound">Where it really listens; the port differs from <paramref name="ServicePort"/> for NodePorts and mapped LoadBalancer ports.</param>
public sealed record BoundServicePort(
    string Namespace, string Service, string PortName, int ServicePort, BoundServicePortKind Kind, IPEndPoint Bound);

public enum BoundServicePortKind
{
    ClusterIP,
    NodePort,
    LoadBalancer,
    ExternalIP,
}

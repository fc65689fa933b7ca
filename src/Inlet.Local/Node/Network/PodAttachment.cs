using System.Net;

namespace Inlet.Local.Node.Network;

/// <summary>Where a pod stands on the network.</summary>
/// <param name="Address">127.0.0.1 in host mode.</param>
/// <param name="NamespacePath">The network namespace to enter before the pod's processes start; null in host mode.</param>
internal sealed record PodAttachment(IPAddress Address, string? NamespacePath);

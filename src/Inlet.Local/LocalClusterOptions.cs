using System.Net;
using Inlet.Local.Node;
using Inlet.Local.Node.Images;

namespace Inlet.Local;

/// <summary>What <c>inlet up</c> is told.</summary>
public sealed record LocalClusterOptions
{
    /// <summary>Holds all state; made when missing, owned by one process at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the API server, NodePorts and the ingress ports listen.</summary>
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>0 picks a free port.</summary>
    public int ApiPort { get; init; } = 6443;

    /// <summary>Null takes 80 where that may be bound, else 8080; 0 picks a free port.</summary>
    public int? HttpPort { get; init; }

    /// <summary>Null takes 443 where that may be bound, else 8443; 0 picks a free port.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>Where the administrator's kubeconfig is written; null takes <c>kubeconfig</c> in the data directory.</summary>
    public string? Kubeconfig { get; init; }

    public PodNetworkMode PodNetwork { get; init; } = PodNetworkMode.Auto;

    public ContainerRuntimeMode Runtime { get; init; } = ContainerRuntimeMode.Auto;

    /// <summary>What image names mean where images are not run; the last of several for one name counts.</summary>
    public IReadOnlyList<ImageCommand> Images { get; init; } = [];

    /// <summary>Put on the PATH of process pods; null adds nothing.</summary>
    public string? ProgramDirectory { get; init; }
}

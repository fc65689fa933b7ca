using System.Net;
using Inlet.Local.Node.Images;

namespace Inlet.Local.Node;

/// <summary>What the node agent is told by whoever starts it.</summary>
public sealed record NodeAgentOptions
{
    public string NodeName { get; init; } = "inlet";

    /// <summary>Pods' files, logs and the record of what to clean up live in <c>node/</c> under this directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>From <see cref="NodeNetwork.Plan"/>; the API server allocates ClusterIPs from the same plan.</summary>
    public required NodeNetwork Network { get; init; }

    /// <summary>NodePorts and LoadBalancer ports are bound here; NodePorts on 127.0.0.1 besides.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Where LoadBalancer Service port 80 is bound; 0 picks a free port, -1 binds none.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>Where LoadBalancer Service port 443 is bound; 0 picks a free port, -1 binds none.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>Where the API server really listens. Pods reach it through Service <c>default/kubernetes</c> when that can be relayed.</summary>
    public required IPEndPoint ApiServer { get; init; }

    /// <summary>Prepended to the PATH of process pods, so that they find <c>inlet</c>; null adds nothing.</summary>
    public string? ProgramDirectory { get; init; }

    public ContainerRuntimeMode Runtime { get; init; } = ContainerRuntimeMode.Process;

    /// <summary>Path of the engine's socket; null looks where engines listen.</summary>
    internal string? EngineSocket { get; init; }

    /// <summary>What image names mean where images are not run; the last of several for one name counts.</summary>
    public IReadOnlyList<ImageCommand> Images { get; init; } = [];

    /// <summary>Null gives pods no API credentials.</summary>
    public ServiceAccountCredentials? Credentials { get; init; }

    /// <summary>False has the agent do without mounts, as it must for a user who may not mount.</summary>
    internal bool PrivateMounts { get; init; } = true;
}

/// <summary>How pods get the API credentials of their ServiceAccount.</summary>
/// <param name="IssueToken">Namespace, ServiceAccount name → bearer token.</param>
/// <param name="CaCertificatePem">What clients verify the API server against.</param>
/// <param name="WriteKubeconfig">Namespace, ServiceAccount name, path (written with mode 0600), server URL.</param>
public sealed record ServiceAccountCredentials(
    Func<string, string, string> IssueToken,
    string CaCertificatePem,
    Action<string, string, string, Uri> WriteKubeconfig);

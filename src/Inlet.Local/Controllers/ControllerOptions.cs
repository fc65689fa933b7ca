using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Controllers;

/// <summary>What the controllers know of the machine they run on.</summary>
public sealed record ControllerOptions
{
    /// <summary>The name of the one Node object.</summary>
    public string NodeName { get; init; } = "inlet";

    /// <summary>Address that Services of type LoadBalancer report in their status.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Where the API server listens; becomes the endpoint of Service <c>default/kubernetes</c>. Null leaves that Service alone.</summary>
    public IPEndPoint? ApiServer { get; init; }

    /// <summary>ClusterIP of Service <c>default/kubernetes</c>; null lets the API server choose one.</summary>
    public IPAddress? KubernetesServiceAddress { get; init; }

    /// <summary>PEM of the cluster's CA, put into ConfigMap <c>kube-root-ca.crt</c> of every namespace; null writes none.</summary>
    public string? CaCertificatePem { get; init; }

    /// <summary>Events older than this are removed. Kubernetes keeps one hour.</summary>
    public TimeSpan EventTimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Above this many Events the oldest are removed, whatever their age.</summary>
    public int MaximumEvents { get; init; } = 5000;

    /// <summary>What the API server serves, in the storage versions: what a namespace may hold, and garbage collection looks at.</summary>
    public IReadOnlyList<ResourceType> Resources { get; init; } = [.. ResourceCatalog.Builtin.All.Select(definition => definition.Type)];
}

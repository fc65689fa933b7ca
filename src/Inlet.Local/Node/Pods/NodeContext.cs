using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.Node.Network;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Services;
using Inlet.Local.Node.Status;
using Inlet.Local.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Pods;

/// <summary>What all pods of the node share.</summary>
internal sealed record NodeContext
{
    public required NodeAgentOptions Options { get; init; }

    public required IKubernetesApi Api { get; init; }

    public required NodeDirectory Directory { get; init; }

    public required IContainerRuntime Runtime { get; init; }

    public required PodNetwork Network { get; init; }

    public required PodEvents Events { get; init; }

    /// <summary>Where Services send to.</summary>
    public required ServingEndpoints Serving { get; init; }

    public required ClusterObjects Objects { get; init; }

    public required VolumeSources VolumeSources { get; init; }

    public required IPAddress HostAddress { get; init; }

    public required IReadOnlyDictionary<string, string> Allocatable { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}

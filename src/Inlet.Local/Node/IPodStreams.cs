using System.Threading.Channels;

namespace Inlet.Local.Node;

/// <summary>Ways into a running pod: a command beside a container's own, the container's own streams, its ports.</summary>
public interface IPodStreams
{
    /// <summary>Runs a command in a container until it ends.</summary>
    /// <returns>Its exit code; 128 + signal for one that a signal ended.</returns>
    /// <exception cref="PodCommandException">The command could not be started.</exception>
    /// <exception cref="Inlet.Kubernetes.KubernetesApiException">404 when the container does not run.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command has been killed.</exception>
    Task<int> ExecAsync(PodContainer container, IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken);

    /// <summary>Connects to a container's own streams until it ends.</summary>
    /// <exception cref="Inlet.Kubernetes.KubernetesApiException">404 when the container does not run.</exception>
    Task AttachAsync(PodContainer container, ContainerStreams streams, CancellationToken cancellationToken);

    /// <summary>Connects to a TCP port of the pod's loopback interface, which reaches also what listens nowhere else.</summary>
    /// <exception cref="IOException">Nothing listens there.</exception>
    /// <exception cref="Inlet.Kubernetes.KubernetesApiException">404 when the pod does not run.</exception>
    Task<Stream> DialAsync(string ns, string pod, string podUid, int port, CancellationToken cancellationToken);
}

public sealed record PodContainer(string Namespace, string Pod, string PodUid, string Container);

/// <summary>What a client connects to a process of a container. A stream left null is not connected.</summary>
public sealed record ContainerStreams
{
    /// <summary>Read to its end, which then ends the process' input.</summary>
    public Stream? Input { get; init; }

    public Stream? Output { get; init; }

    /// <summary>Null with a terminal, where both kinds of output are one.</summary>
    public Stream? Errors { get; init; }

    /// <summary>The process gets a terminal instead of pipes. For an attach the container's spec has decided that.</summary>
    public bool Terminal { get; init; }

    /// <summary>The client's window, each time it changes.</summary>
    public ChannelReader<TerminalSize>? Sizes { get; init; }
}

public readonly record struct TerminalSize(ushort Columns, ushort Rows);

/// <summary>A command that could not be started in its container.</summary>
public sealed class PodCommandException(string message, Exception inner) : Exception(message, inner);

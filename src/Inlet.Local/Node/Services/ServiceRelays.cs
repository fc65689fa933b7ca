using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services;

/// <summary>Relays the ports of Services on this machine to their endpoints.</summary>
internal sealed class ServiceRelays(NodeAgentOptions options, IKubernetesApi api, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>What is bound now; replaced as a whole.</summary>
    public IReadOnlyList<BoundServicePort> BoundPorts { get; private set; } = [];

    /// <summary>Raised after <see cref="BoundPorts"/> was replaced: return quickly.</summary>
    public event Action? BoundPortsChanged;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = (options, api, loggers, time);
        BoundPortsChanged?.Invoke();
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        BoundPorts = [];
        return Task.CompletedTask;
    }
}

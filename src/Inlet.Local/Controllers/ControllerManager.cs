using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers;

/// <summary>Runs the controllers a single machine needs until cancelled.</summary>
public sealed class ControllerManager(IKubernetesApi api, ControllerOptions options, ILoggerFactory loggers, TimeProvider time)
{
    public ControllerManager(IKubernetesApi api, ILoggerFactory loggers, TimeProvider time)
        : this(api, new ControllerOptions(), loggers, time)
    {
    }

    /// <summary>Returns normally once <paramref name="cancellationToken"/> fires and every controller has stopped.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _ = (api, options, loggers, time);
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }
}

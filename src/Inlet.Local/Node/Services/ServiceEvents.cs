using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services;

/// <summary>
/// Tells about ports that cannot be bound: in the log, and as an Event of the Service. Each failure once, until it is over or
/// its reason changes.
/// </summary>
internal sealed class ServiceEvents(IKubernetesApi api, TimeProvider time, ILogger logger)
{
    private const string Component = "inlet-node";
    private const string Reason = "FailedToBindPort";

    private Dictionary<WantedListener, string> _told = [];

    public async Task ReportAsync(IReadOnlyList<BindFailure> failures, Func<ObjectKey, RelayedService?> find, CancellationToken cancellationToken)
    {
        var before = _told;
        _told = failures.ToDictionary(static failure => failure.Listener, static failure => failure.Message);
        foreach (var failure in failures.Where(failure => before.GetValueOrDefault(failure.Listener) != failure.Message))
        {
            ServiceLog.BindFailed(logger, failure.Message);
            if (find(failure.Listener.Service) is { } service)
            {
                await WriteAsync(service, failure.Message, cancellationToken);
            }
        }
    }

    private async Task WriteAsync(RelayedService service, string message, CancellationToken cancellationToken)
    {
        try
        {
            await api.CreateAsync(ResourceTypes.Events, service.Key.Namespace, Event(service, message), WriteQuery.Default, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            ServiceLog.EventFailed(logger, service.Key.ToString(), error.Message);
        }
    }

    private JsonObject Event(RelayedService service, string message)
    {
        var now = time.GetUtcNow();
        var text = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            // Named as Kubernetes names them: the object and the moment in hexadecimal.
            ["metadata"] = new JsonObject { ["name"] = $"{service.Key.Name}.{now.Ticks:x}", ["namespace"] = service.Key.Namespace },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Service",
                ["namespace"] = service.Key.Namespace,
                ["name"] = service.Key.Name,
                ["uid"] = service.Uid,
            },
            ["type"] = "Warning",
            ["reason"] = Reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = Component },
            ["reportingComponent"] = Component,
            ["reportingInstance"] = "",
            ["firstTimestamp"] = text,
            ["lastTimestamp"] = text,
            ["count"] = 1,
        };
    }
}

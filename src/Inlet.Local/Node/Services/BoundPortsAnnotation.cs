using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node;

/// <summary>
/// Says on each LoadBalancer Service where this machine really listens for its ports (annotation <c>inlet.dev/bound-ports</c>,
/// JSON), because Kubernetes has no field for it: port 80 may be 8080 here, and who writes redirects has to know.
/// </summary>
internal sealed partial class BoundPortsAnnotation(NodeAgent agent, IKubernetesApi api, ILogger logger)
{
    private const string Annotation = "inlet.dev/bound-ports";

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<(string Namespace, string Service), string> _written = [];

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        agent.BoundPortsChanged += OnChanged;
        try
        {
            while (true)
            {
                await WriteAsync(cancellationToken).ConfigureAwait(false);
                await _changed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            agent.BoundPortsChanged -= OnChanged;
        }
    }

    private void OnChanged() => _changed.Writer.TryWrite(true);

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var service in agent.BoundPorts.Where(static port => port.Kind == BoundServicePortKind.LoadBalancer).GroupBy(static port => (port.Namespace, port.Service)))
        {
            var text = Text(service);
            if (_written.GetValueOrDefault(service.Key) == text)
            {
                continue;
            }

            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotation] = text } } };
            try
            {
                await api.PatchAsync(ResourceTypes.Services, service.Key.Namespace, service.Key.Service, PatchKind.Merge, patch, WriteQuery.Default, cancellationToken)
                    .ConfigureAwait(false);
                _written[service.Key] = text;
            }
            catch (KubernetesApiException refused)
            {
                // Gone meanwhile, most likely; the next change of the bound ports tells.
                NotWritten(logger, $"{service.Key.Namespace}/{service.Key.Service}", refused.Message);
            }
        }
    }

    private static string Text(IEnumerable<BoundServicePort> ports)
    {
        var bound = new JsonObject();
        foreach (var port in ports.OrderBy(static port => port.ServicePort))
        {
            bound[port.ServicePort.ToString(CultureInfo.InvariantCulture)] = port.Bound.Port;
        }

        return bound.ToJsonString();
    }

    [LoggerMessage(1, LogLevel.Warning, "Service {Name}: its bound ports could not be written down: {Message}")]
    private static partial void NotWritten(ILogger logger, string name, string message);
}

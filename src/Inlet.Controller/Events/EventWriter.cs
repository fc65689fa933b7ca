using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>
/// Writes reports as Events of the objects they are about. The Event's name is made from object and code, so that a report
/// that comes again, also after a restart, counts up the Event there is. Works behind the data plane; Events that cannot be
/// written are logged and given up, as all Events may be.
/// </summary>
internal sealed class EventWriter(IKubernetesApi api, TimeProvider time, ILogger logger)
{
    private const int LongestQueue = 1000;
    private const string Component = "inlet-controller";

    private readonly Channel<Report> _queue = Channel.CreateBounded<Report>(
        new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Write(Report report)
    {
        // Without a uid kubectl describe would not find the Event; such objects come from files.
        if (report.Object.Uid.Length > 0)
        {
            _queue.Writer.TryWrite(report);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var report in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(report, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                ControllerLog.EventFailed(logger, report.Object.ToString(), report.Code, exception.Message);
            }
        }
    }

    private async Task WriteAsync(Report report, CancellationToken cancellationToken)
    {
        var name = Name(report);
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            await api.CreateAsync(ResourceTypes.Events, report.Object.Namespace, Event(report, name, now), WriteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException exception) when (exception.IsAlreadyExists)
        {
            var known = await api.GetAsync(ResourceTypes.Events, report.Object.Namespace, name, cancellationToken);
            var patch = new JsonObject { ["message"] = report.Message, ["lastTimestamp"] = now, ["count"] = (known.Integer("count") ?? 1) + 1 };
            await api.PatchAsync(ResourceTypes.Events, report.Object.Namespace, name, PatchKind.Merge, patch, WriteQuery.Default, cancellationToken);
        }
    }

    private static JsonObject Event(Report report, string name, string now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = report.Object.Namespace },
        ["involvedObject"] = new JsonObject
        {
            ["apiVersion"] = report.Object.Kind == "Ingress" ? ResourceTypes.Ingresses.ApiVersion : "v1",
            ["kind"] = report.Object.Kind,
            ["namespace"] = report.Object.Namespace,
            ["name"] = report.Object.Name,
            ["uid"] = report.Object.Uid,
        },
        ["type"] = "Warning",
        ["reason"] = report.Code,
        ["message"] = report.Message,
        ["source"] = new JsonObject { ["component"] = Component },
        ["reportingComponent"] = Component,
        ["reportingInstance"] = "",
        ["firstTimestamp"] = now,
        ["lastTimestamp"] = now,
        ["count"] = 1,
    };

    private static string Name(Report report)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{report.Object.Kind}/{report.Object.Uid}/{report.Code}"));
        return $"{report.Object.Name}.{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }
}

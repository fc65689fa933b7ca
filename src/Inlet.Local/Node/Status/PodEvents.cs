using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Status;

/// <summary>
/// Writes Events about pods and the node, behind the work they are about. An Event's name is made from what it says, so that
/// one that happens again, also after a restart, counts up the Event there is. Events that cannot be written are logged and
/// given up, as all Events may be.
/// </summary>
internal sealed class PodEvents(IKubernetesApi api, string nodeName, TimeProvider time, ILogger logger)
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";

    private const int LongestQueue = 2000;
    private const int LongestMessage = 1024;
    private const int LongestName = 253;
    private const string Component = "inlet-node";

    private readonly Channel<JsonObject> _queue = Channel.CreateBounded<JsonObject>(
        new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <param name="container">The container it is about; null for the pod as a whole.</param>
    /// <param name="isInit">Whether that is an init container.</param>
    public void Record(JsonObject pod, string type, string reason, string message, string? container = null, bool isInit = false)
    {
        message = message.Length > LongestMessage ? message[..LongestMessage] : message;
        var field = container is null ? null : $"spec.{(isInit ? "initContainers" : "containers")}{{{container}}}";
        _queue.Writer.TryWrite(Event(pod, type, reason, message, field));
    }

    /// <summary>Writes what is recorded until <see cref="Complete"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var e in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(e, cancellationToken);
            }
            catch (KubernetesApiException refused) when (refused.Code is 403 or 404)
            {
                // Its namespace is going away, and would take the Event with it.
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                NodeLog.EventFailed(logger, e.Object("involvedObject").String("name") ?? "", e.String("reason") ?? "", exception.Message);
            }
        }
    }

    public void Complete() => _queue.Writer.TryComplete();

    private async Task WriteAsync(JsonObject e, CancellationToken cancellationToken)
    {
        try
        {
            await api.CreateAsync(ResourceTypes.Events, e.Namespace(), e, WriteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsAlreadyExists)
        {
            var known = await api.GetAsync(ResourceTypes.Events, e.Namespace(), e.Name(), cancellationToken);
            var patch = new JsonObject { ["lastTimestamp"] = e.String("lastTimestamp"), ["count"] = (known.Integer("count") ?? 1) + 1 };
            await api.PatchAsync(ResourceTypes.Events, e.Namespace(), e.Name(), PatchKind.Merge, patch, WriteQuery.Default, cancellationToken);
        }
    }

    private JsonObject Event(JsonObject pod, string type, string reason, string message, string? field)
    {
        var now = Timestamps.Format(time.GetUtcNow());
        var about = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["namespace"] = pod.Namespace(),
            ["name"] = pod.Name(),
            ["uid"] = pod.Uid(),
            ["resourceVersion"] = pod.ResourceVersion(),
        };
        if (field is not null)
        {
            about["fieldPath"] = field;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = Name(pod, field, reason, message), ["namespace"] = pod.Namespace() },
            ["involvedObject"] = about,
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = Component, ["host"] = nodeName },
            ["reportingComponent"] = Component,
            ["reportingInstance"] = nodeName,
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
    }

    private static string Name(JsonObject pod, string? field, string reason, string message)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{pod.Uid()}/{field}/{reason}/{message}"));
        var suffix = $".{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
        var name = pod.Name();
        return (name.Length + suffix.Length > LongestName ? name[..(LongestName - suffix.Length)] : name) + suffix;
    }
}

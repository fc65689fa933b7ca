using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers.Events;

/// <summary>
/// Writes Events about objects, behind the controllers' backs: they never wait for it. An Event's name is made from what it
/// says, so that one that happens again, also after a restart, counts up the Event there is. Events that cannot be written
/// are logged and given up, as all Events may be.
/// </summary>
internal sealed class EventRecorder(IKubernetesApi api, TimeProvider time, ILogger logger)
{
    private const int LongestQueue = 2000;
    private const int Writers = 4;
    private const int LongestName = 253;
    private const int LongestMessage = 1024;

    private readonly Channel<JsonObject> _queue = Channel.CreateBounded<JsonObject>(
        new BoundedChannelOptions(LongestQueue) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <param name="about">With <c>apiVersion</c> and <c>kind</c>; read before this returns.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    public void Record(string component, JsonObject about, string type, string reason, string message)
    {
        message = message.Length > LongestMessage ? message[..LongestMessage] : message;
        _queue.Writer.TryWrite(Event(component, about, type, reason, message));
    }

    /// <returns>Ends only by cancellation, with <see cref="OperationCanceledException"/>.</returns>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAllAsync(cancellationToken)));

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var e in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(e, cancellationToken);
            }
            catch (KubernetesApiException refused) when (refused.Code == 403)
            {
                // Its namespace is going away, and would take the Event with it.
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var about = e.Object("involvedObject");
                ControllerLog.EventFailed(logger, $"{about.String("kind")} {about.String("name")}", e.String("reason") ?? "", exception.Message);
            }
        }
    }

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

    private JsonObject Event(string component, JsonObject about, string type, string reason, string message)
    {
        var ns = about.Namespace();
        var now = Timestamps.Format(time.GetUtcNow());
        var involved = new JsonObject
        {
            ["apiVersion"] = about.String("apiVersion"),
            ["kind"] = about.String("kind"),
            ["name"] = about.Name(),
            ["uid"] = about.Uid(),
            ["resourceVersion"] = about.ResourceVersion(),
        };
        if (ns.Length > 0)
        {
            involved["namespace"] = ns;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            // Events about cluster-scoped objects live in "default".
            ["metadata"] = new JsonObject { ["name"] = Name(component, about, reason, message), ["namespace"] = ns.Length > 0 ? ns : "default" },
            ["involvedObject"] = involved,
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = component },
            ["reportingComponent"] = component,
            ["reportingInstance"] = "",
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
    }

    private static string Name(string component, JsonObject about, string reason, string message)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{component}/{about.Uid()}/{reason}/{message}"));
        var suffix = $".{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
        var name = about.Name();
        return (name.Length + suffix.Length > LongestName ? name[..(LongestName - suffix.Length)] : name) + suffix;
    }
}

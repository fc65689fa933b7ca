using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Events;

/// <summary>
/// Writes Events about objects, behind the back of those who record them: nobody waits for it. One that says the same again
/// counts up the Event there is. Names carry the moment, as Kubernetes' do, for lists are in the order of names. Events that
/// cannot be written are logged and given up, as all Events may be.
/// </summary>
internal sealed class EventRecorder
{
    private const int LongestQueue = 2000;
    private const int Writers = 4;
    private const int LongestName = 253;
    private const int LongestMessage = 1024;

    /// <summary>How many different Events are remembered for counting; of older ones a repetition is a new Event.</summary>
    private const int Remembered = 4096;

    private readonly IKubernetesApi _api;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<(JsonObject Event, int Count)>[] _queues;
    // Guards everything below.
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, (string Name, int Count)> _known = [];
    private readonly Queue<Key> _order = new();
    private long _lastTicks;

    public EventRecorder(IKubernetesApi api, TimeProvider time, ILogger logger)
    {
        (_api, _time, _logger) = (api, time, logger);
        var options = new BoundedChannelOptions(LongestQueue / Writers) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _queues = [.. Enumerable.Range(0, Writers).Select(_ => Channel.CreateBounded<(JsonObject, int)>(options))];
    }

    /// <param name="about">With <c>apiVersion</c> and <c>kind</c>; read before this returns.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="fieldPath">The part of the object it is about, as <c>spec.containers{app}</c>; null for all of it.</param>
    /// <param name="host">The node that reports it; empty for none.</param>
    public void Record(string component, JsonObject about, string type, string reason, string message, string? fieldPath = null, string host = "")
    {
        message = message.Length > LongestMessage ? message[..LongestMessage] : message;
        var key = new Key(component, about.Uid(), about.Name(), type, reason, message, fieldPath);
        var (name, count) = Count(key, about.Name());
        var e = Event(component, about, type, reason, message, name, host);
        if (fieldPath is not null)
        {
            e.Object("involvedObject")!["fieldPath"] = fieldPath;
        }

        // By name, so that a repetition is never written before what it repeats.
        _queues[(uint)name.GetHashCode(StringComparison.Ordinal) % Writers].Writer.TryWrite((e, count));
    }

    /// <returns>Ends by cancellation, with <see cref="OperationCanceledException"/>, or when all is written after <see cref="Complete"/>.</returns>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_queues.Select(q => WriteAllAsync(q.Reader, cancellationToken)));

    /// <summary>Nothing more is recorded.</summary>
    public void Complete() => Array.ForEach(_queues, q => q.Writer.TryComplete());

    private async Task WriteAllAsync(ChannelReader<(JsonObject Event, int Count)> queue, CancellationToken cancellationToken)
    {
        await foreach (var (e, count) in queue.ReadAllAsync(cancellationToken))
        {
            try
            {
                await WriteAsync(e, count, cancellationToken);
            }
            catch (KubernetesApiException refused) when (refused.Code is 403 or 404)
            {
                // Its namespace is going away, and would take the Event with it.
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var about = e.Object("involvedObject");
                EventLog.Failed(_logger, $"{about.String("kind")} {about.String("name")}", e.String("reason") ?? "", exception.Message);
            }
        }
    }

    private async Task WriteAsync(JsonObject e, int count, CancellationToken cancellationToken)
    {
        if (count > 1)
        {
            var patch = new JsonObject { ["lastTimestamp"] = e.String("lastTimestamp"), ["count"] = count };
            try
            {
                await _api.PatchAsync(ResourceTypes.Events, e.Namespace(), e.Name(), PatchKind.Merge, patch, WriteQuery.Default, cancellationToken);
                return;
            }
            catch (KubernetesApiException gone) when (gone.IsNotFound)
            {
                // Events do not live long.
            }
        }

        await _api.CreateAsync(ResourceTypes.Events, e.Namespace(), e, WriteQuery.Default, cancellationToken);
    }

    private (string Name, int Count) Count(Key key, string objectName)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
            {
                return _known[key] = known with { Count = known.Count + 1 };
            }

            if (_order.Count == Remembered)
            {
                _known.Remove(_order.Dequeue());
            }

            _order.Enqueue(key);
            // Two in one tick of the clock would have one name.
            _lastTicks = Math.Max(_lastTicks + 1, _time.GetUtcNow().UtcTicks);
            return _known[key] = (Name(objectName, _lastTicks), 1);
        }
    }

    private JsonObject Event(string component, JsonObject about, string type, string reason, string message, string name, string host)
    {
        var ns = about.Namespace();
        var now = Timestamps.Format(_time.GetUtcNow());
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

        var source = new JsonObject { ["component"] = component };
        if (host.Length > 0)
        {
            source["host"] = host;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            // Events about cluster-scoped objects live in "default".
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns.Length > 0 ? ns : "default" },
            ["involvedObject"] = involved,
            ["type"] = type,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = source,
            ["reportingComponent"] = component,
            ["reportingInstance"] = host,
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
    }

    private static string Name(string objectName, long ticks)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $".{ticks:x}");
        return (objectName.Length + suffix.Length > LongestName ? objectName[..(LongestName - suffix.Length)] : objectName) + suffix;
    }

    private readonly record struct Key(string Component, string Uid, string Object, string Type, string Reason, string Message, string? FieldPath);
}

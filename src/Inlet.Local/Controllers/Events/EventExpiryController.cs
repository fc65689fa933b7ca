using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Events;

/// <summary>
/// Removes Events that are too old, and the oldest when there are too many. (In Kubernetes their store forgets them.) Follows
/// them with a watch of its own that keeps nothing but times.
/// </summary>
internal sealed class EventExpiryController : Controller<ObjectKey>
{
    private readonly ObjectCache _events;
    private readonly Lock _gate = new();
    private readonly Dictionary<ObjectKey, (DateTimeOffset Last, long Order)> _seen = [];
    private readonly HashSet<ObjectKey> _surplus = [];
    private long _order;

    public EventExpiryController(ControllerContext context)
        : base("event-expiry-controller", context)
    {
        _events = new ObjectCache(
            context.Api, ResourceTypes.Events, null, ListQuery.All, context.Time,
            (type, failure) => ControllerLog.WatchFailed(context.Logger, type.ToString(), failure.Message));
    }

    public override Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_events.RunAsync(OnChange, cancellationToken), base.RunAsync(cancellationToken));

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (TimeLeft(key) is not { } left)
        {
            return;
        }

        if (left > TimeSpan.Zero)
        {
            // It happened again meanwhile.
            Queue.AddAfter(key, left);
            return;
        }

        try
        {
            await Context.Api.DeleteAsync(ResourceTypes.Events, key.Namespace, key.Name, DeleteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            // Gone with its namespace.
        }
    }

    private void OnChange(CacheChange change)
    {
        if (change.Kind == CacheChangeKind.Put)
        {
            var last = LastSeen(change.Object!);
            Remember(change.Key, last);
            Queue.AddAfter(change.Key, last + Context.Options.EventTimeToLive - Now);
        }
        else if (change.Kind == CacheChangeKind.Removed)
        {
            lock (_gate)
            {
                _seen.Remove(change.Key);
                _surplus.Remove(change.Key);
            }
        }
    }

    /// <summary>Null for an Event that is gone already.</summary>
    private TimeSpan? TimeLeft(ObjectKey key)
    {
        lock (_gate)
        {
            return !_seen.TryGetValue(key, out var seen) ? null
                : _surplus.Contains(key) ? TimeSpan.Zero
                : seen.Last + Context.Options.EventTimeToLive - Now;
        }
    }

    private void Remember(ObjectKey key, DateTimeOffset last)
    {
        lock (_gate)
        {
            // The order tells apart what happened in the same second.
            _seen[key] = (last, ++_order);
            var surplus = _seen.Count - _surplus.Count - Context.Options.MaximumEvents;
            if (surplus <= 0)
            {
                return;
            }

            // A tenth more than needed: looking for the oldest costs a walk over all of them.
            var oldest = _seen.Where(e => !_surplus.Contains(e.Key)).OrderBy(e => e.Value).Take(surplus + (Context.Options.MaximumEvents / 10));
            foreach (var (name, _) in oldest.ToList())
            {
                _surplus.Add(name);
                Queue.Add(name);
            }
        }
    }

    private static DateTimeOffset LastSeen(JsonObject e)
    {
        foreach (var text in (ReadOnlySpan<string?>)
            [e.Object("series").String("lastObservedTime"), e.String("lastTimestamp"), e.String("eventTime"), e.Metadata().String("creationTimestamp")])
        {
            if (Timestamps.TryParse(text, out var time))
            {
                return time;
            }
        }

        return DateTimeOffset.MinValue;
    }
}

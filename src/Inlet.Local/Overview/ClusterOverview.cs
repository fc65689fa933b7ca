using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.Overview;

/// <summary>Follows a cluster and hands out what changed, for people who watch it: never polls, and joins what comes together.</summary>
public sealed class ClusterOverview(IKubernetesApi api, TimeProvider time)
{
    private static readonly ResourceType[] Followed = [ResourceTypes.Ingresses, ResourceTypes.Services, ResourceTypes.EndpointSlices, ResourceTypes.Pods];
    // A rolling update changes a dozen objects within milliseconds; one line about it is enough.
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(30);

    private readonly Dictionary<ResourceType, Dictionary<ObjectKey, JsonObject>> _objects = Followed.ToDictionary(static type => type, static _ => new Dictionary<ObjectKey, JsonObject>());
    private readonly HashSet<ResourceType> _synced = [];
    private readonly Lock _lock = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The state now, then after every change, until cancelled.</summary>
    public async IAsyncEnumerable<ClusterSnapshot> FollowAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = Followed.Select(type => new ObjectCache(api, type, null, ListQuery.All, time).RunAsync(Take, stop.Token)).ToList();
        try
        {
            while (await _changed.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(Calm, time, cancellationToken).ConfigureAwait(false);
                _changed.Reader.TryRead(out _);
                if (Snapshot() is { } snapshot)
                {
                    yield return snapshot;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watches).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Warning Events written or repeated after the call, until cancelled: object, reason, message.</summary>
    public async IAsyncEnumerable<(string Object, string Reason, string Message)> WarningsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new ListQuery(FieldSelector: "type=Warning");
        while (true)
        {
            var present = await api.ListAsync(ResourceTypes.Events, null, query, cancellationToken).ConfigureAwait(false);
            await foreach (var e in api.WatchAsync(ResourceTypes.Events, null, query, present.ResourceVersion, cancellationToken).ConfigureAwait(false))
            {
                if (e.Type is WatchEventType.Added or WatchEventType.Modified)
                {
                    var about = e.Object.Object("involvedObject");
                    yield return ($"{about.String("kind")} {about.String("namespace")}/{about.String("name")}", e.Object.String("reason") ?? "", e.Object.String("message") ?? "");
                }
            }
        }
    }

    private void Take(CacheChange change)
    {
        // Guards the objects: four watches write, the follower reads.
        lock (_lock)
        {
            switch (change.Kind)
            {
                case CacheChangeKind.Put:
                    _objects[change.Type][change.Key] = change.Object!;
                    break;
                case CacheChangeKind.Removed:
                    _objects[change.Type].Remove(change.Key);
                    break;
                default:
                    _synced.Add(change.Type);
                    break;
            }
        }

        _changed.Writer.TryWrite(true);
    }

    private ClusterSnapshot? Snapshot()
    {
        lock (_lock)
        {
            if (_synced.Count < Followed.Length)
            {
                // Half a cluster would show Services without pods.
                return null;
            }

            var pods = _objects[ResourceTypes.Pods].Values;
            var slices = _objects[ResourceTypes.EndpointSlices].Values.ToLookup(
                static slice => new ObjectKey(slice.Namespace(), slice.Labels().String("kubernetes.io/service-name") ?? ""));
            var rows = new RouteRows(_objects[ResourceTypes.Services], slices, pods);
            return new ClusterSnapshot(
                [.. Sorted(_objects[ResourceTypes.Ingresses].Values).SelectMany(rows.Of)],
                [.. Sorted(pods).Where(pod => !pod.IsBeingDeleted()).Select(Row)],
                slices.Where(static service => service.Any(HasReady)).Select(static service => (service.Key.Namespace, service.Key.Name)).ToHashSet());
        }
    }

    private static bool HasReady(JsonObject slice) =>
        slice.Objects("endpoints").Any(static endpoint => endpoint.Object("conditions").Boolean("ready") != false);

    private static IEnumerable<JsonObject> Sorted(IEnumerable<JsonObject> objects) =>
        objects.OrderBy(static obj => obj.Namespace(), StringComparer.Ordinal).ThenBy(static obj => obj.Name(), StringComparer.Ordinal);

    private static PodRow Row(JsonObject pod)
    {
        var summary = PodSummary.Of(pod);
        var waiting = pod.Object("status").Objects("containerStatuses").Concat(pod.Object("status").Objects("initContainerStatuses"))
            .Select(static container => container.Object("state").Object("waiting").String("message")).FirstOrDefault(static message => message is not null);
        return new PodRow(pod.Namespace(), pod.Name(), summary.Reason, summary.ReadyContainers, summary.Containers, waiting ?? "");
    }
}

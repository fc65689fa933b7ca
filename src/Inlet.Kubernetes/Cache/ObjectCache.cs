using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// Follows one resource: lists once, then watches from there, and hands on every change in order. A watch that ends goes on
/// from the last version seen; one that is too old (410) lists again and delivers the difference. Failures are waited
/// out with growing pauses; between changes nothing is asked. Remembers names and versions only: what to keep of an object
/// is the receiver's choice.
/// </summary>
/// <param name="ns">Null follows all namespaces (or a cluster-scoped resource).</param>
/// <param name="onFailure">Told of each failure before the pause that follows it; may be null.</param>
public sealed class ObjectCache(
    IKubernetesApi api, ResourceType type, string? ns, ListQuery query, TimeProvider time, Action<ResourceType, Exception>? onFailure = null)
{
    private static readonly TimeSpan ShortWatch = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ObjectKey, (string Uid, string Version)> _known = [];

    public ResourceType Type => type;

    /// <summary>Completes when the first list has been delivered.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <inheritdoc cref="RunAsync(Action{CacheChange}, Action{string}, CancellationToken)"/>
    public Task RunAsync(Action<CacheChange> onChange, CancellationToken cancellationToken) => RunAsync(onChange, null, cancellationToken);

    /// <param name="onChange">Called for one change after the other; a slow one holds up the watch.</param>
    /// <param name="onVersion">
    /// Told the resource version up to which everything has been handed to <paramref name="onChange"/>, after each list, change
    /// and bookmark: who waits to see a write of its own waits for its version.
    /// </param>
    /// <returns>Ends only by cancellation, with <see cref="OperationCanceledException"/>.</returns>
    public async Task RunAsync(Action<CacheChange> onChange, Action<string>? onVersion, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time, Random.Shared);
        string? version = null;
        while (true)
        {
            try
            {
                if (version is null)
                {
                    version = await ListAsync(onChange, cancellationToken);
                    onVersion?.Invoke(version);
                    backoff.Reset();
                }

                var started = time.GetTimestamp();
                var before = version;
                await foreach (var change in api.WatchAsync(type, ns, query, version, cancellationToken))
                {
                    Deliver(change, onChange);
                    version = change.Object.ResourceVersion();
                    onVersion?.Invoke(version);
                    backoff.Reset();
                }

                if (version == before && time.GetElapsedTime(started) < ShortWatch)
                {
                    // A server that ends watches at once must not be asked in a tight loop.
                    await backoff.WaitAsync(cancellationToken);
                }
            }
            catch (KubernetesApiException expired) when (expired.IsExpired && version is not null)
            {
                version = null;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                onFailure?.Invoke(type, failure);
                await backoff.WaitAsync(cancellationToken);
                version = failure is KubernetesApiException refused && IsAboutTheVersion(refused) ? null : version;
            }
        }
    }

    // A server restored from an older backup calls our version too new with 504, others call it invalid: only a list helps.
    private static bool IsAboutTheVersion(KubernetesApiException refused) => refused.Code is (>= 400 and < 429) or 504;

    private async Task<string> ListAsync(Action<CacheChange> onChange, CancellationToken cancellationToken)
    {
        var list = await api.ListAsync(type, ns, query, cancellationToken);
        var gone = new HashSet<ObjectKey>(_known.Keys);
        foreach (var item in list.Items)
        {
            var key = ObjectKey.Of(item);
            gone.Remove(key);
            if (!_known.TryGetValue(key, out var known) || known != (item.Uid(), item.ResourceVersion()))
            {
                Put(key, item, onChange);
            }
        }

        foreach (var key in gone)
        {
            Remove(key, onChange);
        }

        if (_synced.TrySetResult())
        {
            onChange(new CacheChange(type, CacheChangeKind.Synced));
        }

        return list.ResourceVersion;
    }

    private void Deliver(WatchEvent change, Action<CacheChange> onChange)
    {
        var key = ObjectKey.Of(change.Object);
        if (change.Type is WatchEventType.Added or WatchEventType.Modified)
        {
            Put(key, change.Object, onChange);
        }
        else if (change.Type == WatchEventType.Deleted)
        {
            Remove(key, onChange);
        }
    }

    private void Put(ObjectKey key, JsonObject obj, Action<CacheChange> onChange)
    {
        _known[key] = (obj.Uid(), obj.ResourceVersion());
        onChange(new CacheChange(type, CacheChangeKind.Put, key, obj));
    }

    private void Remove(ObjectKey key, Action<CacheChange> onChange)
    {
        if (_known.Remove(key))
        {
            onChange(new CacheChange(type, CacheChangeKind.Removed, key));
        }
    }
}

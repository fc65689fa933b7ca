using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Ownership;

namespace Inlet.Local.Controllers.Informers;

/// <summary>
/// The one copy of a resource all controllers read, kept current by a watch. Objects in it are shared and for reading only:
/// whoever writes takes a <see cref="JsonNode.DeepClone"/>. Handlers are told of every change, in order, after it is visible.
/// </summary>
internal sealed class Informer(IKubernetesApi api, ResourceType type, TimeProvider time, Action<ResourceType, Exception> onFailure)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _byNamespace = [];
    private readonly Dictionary<(string Namespace, string Controller), Dictionary<string, JsonObject>> _byController = [];
    private readonly List<Action<InformerChange>> _handlers = [];
    private readonly List<Waiter> _waiters = [];
    private readonly ObjectCache _cache = new(api, type, null, ListQuery.All, time, onFailure);
    private bool _whole;
    private long _revision;

    private sealed record Waiter(Func<Informer, bool> Reached, TaskCompletionSource Done);

    public ResourceType Type => type;

    /// <summary>Everything up to this resource version is visible here. Our API server's versions are numbers that only grow.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Keeps whole objects, not their metadata alone. Before <see cref="RunAsync"/>.</summary>
    public Informer Whole()
    {
        _whole = true;
        return this;
    }

    /// <summary>Before <see cref="RunAsync"/>. Handlers must not block: they put keys into queues.</summary>
    public void Subscribe(Action<InformerChange> handler) => _handlers.Add(handler);

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _cache.WaitForSyncAsync(cancellationToken);

    public Task RunAsync(CancellationToken cancellationToken) => _cache.RunAsync(OnChange, OnVersion, cancellationToken);

    public JsonObject? Find(ObjectKey key)
    {
        lock (_gate)
        {
            return _byNamespace.GetValueOrDefault(key.Namespace)?.GetValueOrDefault(key.Name);
        }
    }

    public IReadOnlyList<JsonObject> All()
    {
        lock (_gate)
        {
            return [.. _byNamespace.Values.SelectMany(objects => objects.Values)];
        }
    }

    public IReadOnlyList<JsonObject> In(string ns)
    {
        lock (_gate)
        {
            return _byNamespace.TryGetValue(ns, out var objects) ? [.. objects.Values] : [];
        }
    }

    /// <summary>The objects whose controller reference has this uid.</summary>
    /// <param name="uid">Empty for the objects that no controller owns.</param>
    public IReadOnlyList<JsonObject> ControlledBy(string ns, string uid)
    {
        lock (_gate)
        {
            return _byController.TryGetValue((ns, uid), out var objects) ? [.. objects.Values] : [];
        }
    }

    /// <summary>
    /// Completes when <paramref name="reached"/> holds; asked now and after every change. A controller that waits for its own
    /// write before it ends its turn never decides by a state older than what it did: a slow watch cannot make it do it twice.
    /// </summary>
    public async Task WaitUntilAsync(Func<Informer, bool> reached, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(reached, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (reached(this))
            {
                return;
            }

            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Done.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    private void OnChange(CacheChange change)
    {
        if (change.Kind == CacheChangeKind.Synced)
        {
            return;
        }

        InformerChange told;
        lock (_gate)
        {
            var next = change.Kind == CacheChangeKind.Put ? Kept(change.Object!) : null;
            told = new(change.Key, Find(change.Key), next);
            Forget(change.Key, told.Old);
            Remember(change.Key, next);
        }

        foreach (var handler in _handlers)
        {
            handler(told);
        }
    }

    private void OnVersion(string version)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _revision, RevisionOf(version));
            foreach (var waiter in _waiters)
            {
                if (waiter.Reached(this))
                {
                    waiter.Done.TrySetResult();
                }
            }
        }
    }

    public static long RevisionOf(string resourceVersion) =>
        long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private JsonObject Kept(JsonObject obj)
    {
        if (_whole)
        {
            obj.Metadata()?.Remove("managedFields");
            return obj;
        }

        // Cloned, not moved: a part of a parsed document keeps all of it in memory.
        var metadata = (obj.Metadata() ?? []).DeepClone().AsObject();
        metadata.Remove("managedFields");
        metadata.Remove("annotations");
        return new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = metadata };
    }

    private void Remember(ObjectKey key, JsonObject? obj)
    {
        if (obj is not null)
        {
            Bucket(_byNamespace, key.Namespace)[key.Name] = obj;
            Bucket(_byController, (key.Namespace, OwnerReferences.ControllerUid(obj)))[key.Name] = obj;
        }
    }

    private void Forget(ObjectKey key, JsonObject? obj)
    {
        if (obj is not null)
        {
            Drop(_byNamespace, key.Namespace, key.Name);
            Drop(_byController, (key.Namespace, OwnerReferences.ControllerUid(obj)), key.Name);
        }
    }

    private static Dictionary<string, JsonObject> Bucket<TKey>(Dictionary<TKey, Dictionary<string, JsonObject>> index, TKey key) where TKey : notnull
    {
        if (!index.TryGetValue(key, out var bucket))
        {
            index[key] = bucket = [];
        }

        return bucket;
    }

    private static void Drop<TKey>(Dictionary<TKey, Dictionary<string, JsonObject>> index, TKey key, string name) where TKey : notnull
    {
        if (index.TryGetValue(key, out var bucket) && bucket.Remove(name) && bucket.Count == 0)
        {
            index.Remove(key);
        }
    }
}

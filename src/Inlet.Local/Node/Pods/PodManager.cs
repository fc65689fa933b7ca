using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// Has one worker for each pod bound to this node, and passes changes on to it: of the pod itself, and of the ConfigMaps and
/// Secrets it refers to.
/// </summary>
internal sealed class PodManager(NodeContext node)
{
    // Guards everything below: watches, and workers that end, come from different threads.
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, PodWorker> _workers = [];
    private readonly HashSet<Task> _ending = [];
    private bool _isStopping;

    /// <summary>Takes a change of the pods of this node.</summary>
    public void Apply(CacheChange change)
    {
        lock (_lock)
        {
            switch (change.Kind)
            {
                case CacheChangeKind.Put when !_isStopping:
                    Put(change.Key, change.Object!);
                    break;
                case CacheChangeKind.Removed when _workers.Remove(change.Key, out var worker):
                    worker.Forget();
                    break;
                case CacheChangeKind.Synced:
                    RemoveLogsOfOthers();
                    break;
            }
        }
    }

    /// <summary>Takes a change of ConfigMaps or Secrets.</summary>
    public void ApplyReference(CacheChange change)
    {
        if (change.Kind == CacheChangeKind.Synced)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var (key, worker) in _workers)
            {
                if (key.Namespace == change.Key.Namespace && worker.References.Contains((change.Type, change.Key.Name)))
                {
                    worker.ReferenceChanged();
                }
            }
        }
    }

    public PodWorker? Find(string ns, string name, string uid)
    {
        lock (_lock)
        {
            return _workers.TryGetValue(new ObjectKey(ns, name), out var worker) && worker.Uid == uid ? worker : null;
        }
    }

    /// <summary>Ends every pod; completes when nothing of them is left.</summary>
    public async Task StopAsync(TimeSpan longestGrace)
    {
        List<Task> all;
        lock (_lock)
        {
            _isStopping = true;
            foreach (var worker in _workers.Values)
            {
                _ = worker.StopAsync(longestGrace);
            }

            all = [.. _ending];
        }

        await Task.WhenAll(all);
    }

    private void Put(ObjectKey key, JsonObject pod)
    {
        if (_workers.TryGetValue(key, out var known) && known.Uid == pod.Uid())
        {
            known.Update(pod);
            return;
        }

        // The pod before it under this name is gone from the API, which a list after a gap does not say.
        known?.Forget();
        var worker = new PodWorker(node, pod);
        _workers[key] = worker;
        Own(key, worker);
    }

    private void Own(ObjectKey key, PodWorker worker)
    {
        var ending = EndAsync();
        _ending.Add(ending);
        ending.ContinueWith(
            done =>
            {
                lock (_lock)
                {
                    _ending.Remove(done);
                }
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        async Task EndAsync()
        {
            await worker.DisposeAsync();
            lock (_lock)
            {
                if (_workers.TryGetValue(key, out var current) && current == worker)
                {
                    _workers.Remove(key);
                }
            }
        }
    }

    private void RemoveLogsOfOthers()
    {
        var known = _workers.Values.Select(w => w.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var uid in node.Directory.LoggedPods().Where(uid => !known.Contains(uid)).ToList())
        {
            Directory.Delete(node.Directory.PodLogs(uid), recursive: true);
        }
    }
}

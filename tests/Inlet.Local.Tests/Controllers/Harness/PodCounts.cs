using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

/// <summary>Follows pods and remembers the extremes of how many there were at any moment, seen from outside.</summary>
internal sealed class PodCounts : IAsyncDisposable
{
    private readonly Dictionary<ObjectKey, JsonObject> _pods = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly Lock _gate = new();
    private bool _counting;

    private PodCounts(IKubernetesApi api, string selector, out Task synced)
    {
        var cache = new ObjectCache(api, ResourceTypes.Pods, "default", new ListQuery(selector), TimeProvider.System);
        _running = cache.RunAsync(OnChange, _stop.Token);
        synced = cache.WaitForSyncAsync(_stop.Token);
    }

    /// <summary>Most pods at one time, those that are ending left out.</summary>
    public int MostActive { get; private set; }

    /// <inheritdoc cref="MostActive"/>
    public int FewestActive { get; private set; } = int.MaxValue;

    /// <summary>Most pods at one time that neither ended nor are ending.</summary>
    public int MostRunning { get; private set; }

    /// <summary>Fewest ready pods at one time, those that are ending left out.</summary>
    public int FewestReady { get; private set; } = int.MaxValue;

    /// <summary>Most templates (by image) that had pods at one time, those that are ending included.</summary>
    public int MostVersions { get; private set; }

    public static async Task<PodCounts> StartAsync(IKubernetesApi api, string selector)
    {
        var counts = new PodCounts(api, selector, out var synced);
        await synced;
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private void OnChange(CacheChange change)
    {
        lock (_gate)
        {
            if (change.Kind == CacheChangeKind.Put)
            {
                _pods[change.Key] = change.Object!;
            }
            else if (change.Kind == CacheChangeKind.Removed)
            {
                _pods.Remove(change.Key);
            }

            // Before that, the first list is still being handed over, one pod at a time.
            _counting |= change.Kind == CacheChangeKind.Synced;
            if (_counting)
            {
                Count();
            }
        }
    }

    private void Count()
    {
        var active = _pods.Values.Where(pod => !pod.IsBeingDeleted()).ToList();
        MostActive = Math.Max(MostActive, active.Count);
        FewestActive = Math.Min(FewestActive, active.Count);
        MostRunning = Math.Max(MostRunning, active.Count(pod => pod.Object("status").String("phase") is not ("Succeeded" or "Failed")));
        FewestReady = Math.Min(FewestReady, active.Count(IsReady));
        MostVersions = Math.Max(
            MostVersions, _pods.Values.Select(pod => Image(pod)).Distinct().Count());
    }
}

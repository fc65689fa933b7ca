using System.Net;
using Inlet.Local;
using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>Follows a cluster that comes up, then one that changes, and tells the output.</summary>
internal sealed class Follower
{
    private readonly LocalCluster _cluster;
    private readonly IUpOutput _output;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly TimeSpan _longestWait;
    private readonly ClusterOverview _overview;
    private readonly RepeatedWarnings _told;
    // The output is called by one at a time: snapshots, warnings and the end of waiting come from different tasks.
    private readonly Lock _turn = new();
    private ClusterSnapshot? _latest;
    private bool _ready;
    private CancellationToken _stop;
    private Task? _probe;

    public Follower(LocalCluster cluster, IUpOutput output, TimeProvider time, long started, TimeSpan longestWait)
    {
        _cluster = cluster;
        _output = output;
        _time = time;
        _started = started;
        _longestWait = longestWait;
        _overview = new ClusterOverview(cluster.Api, time);
        _told = new RepeatedWarnings(time);
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _stop = ended.Token;
        Task[] tasks = [FollowSnapshotsAsync(ended.Token), FollowWarningsAsync(ended.Token), EndWaitingAsync(ended.Token), FollowPortsAsync(ended.Token)];
        try
        {
            await await Task.WhenAny(tasks[0], tasks[1]);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll([.. tasks, _probe ?? Task.CompletedTask]).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private IngressAddresses Addresses => IngressAddresses.Of(_cluster.Node.BoundPorts);

    private async Task FollowSnapshotsAsync(CancellationToken stop)
    {
        await foreach (var snapshot in _overview.FollowAsync(stop))
        {
            InTurn(() => Take(snapshot));
        }
    }

    private void Take(ClusterSnapshot snapshot)
    {
        var before = _latest;
        _latest = snapshot;
        if (!_ready)
        {
            TellWhetherReady(snapshot);
        }
        else if (SnapshotChanges.Between(before!, snapshot) is { Any: true } changes)
        {
            _output.Changed(changes, Addresses);
        }
    }

    private void TellWhetherReady(ClusterSnapshot snapshot)
    {
        // Routes may look in force because an earlier controller said so: ours has to be there to answer.
        var complete = snapshot.IsSettled && Addresses.Http > 0 && snapshot.ReadyServices.Contains((IngressAddresses.Namespace, IngressAddresses.Service));
        if (complete && _cluster.Node.BoundPorts.FirstOrDefault(IngressAddresses.IsHttp) is { } http)
        {
            _probe ??= ProbeAsync(http.Bound);
        }
        else
        {
            _output.Waiting(snapshot);
        }
    }

    private async Task ProbeAsync(IPEndPoint http)
    {
        await IngressProbe.WaitAsync(http, _time, _stop);
        InTurn(() =>
        {
            _probe = null;
            if (!_ready)
            {
                TellReady(_latest!);
            }
        });
    }

    private void TellReady(ClusterSnapshot snapshot)
    {
        _ready = true;
        _output.Ready(snapshot, Addresses, _time.GetElapsedTime(_started));
        // Starting and applying leave more garbage than all that follows; the process may now sit idle for days.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private async Task FollowWarningsAsync(CancellationToken stop)
    {
        await foreach (var (about, reason, message) in _overview.WarningsAsync(stop))
        {
            InTurn(() => Warn(about, reason, message));
        }
    }

    private void Warn(string about, string reason, string message)
    {
        // A probe that fails while its server starts is what probes are for, and "waiting" says it already.
        if ((_ready || reason != "Unhealthy") && _told.IsNews(about, reason, message))
        {
            _output.Warning(about, reason, message);
        }
    }

    private async Task EndWaitingAsync(CancellationToken stop)
    {
        await Task.Delay(_longestWait, _time, stop);
        InTurn(() =>
            {
                if (!_ready && _latest is { } snapshot)
                {
                    TellReady(snapshot);
                }
            });
    }

    /// <summary>A port bound late may be the last thing that was missing.</summary>
    private async Task FollowPortsAsync(CancellationToken stop)
    {
        using var changed = new SemaphoreSlim(0);
        void OnChanged() => changed.Release();
        _cluster.Node.BoundPortsChanged += OnChanged;
        try
        {
            while (true)
            {
                await changed.WaitAsync(stop);
                InTurn(() =>
                    {
                        if (!_ready && _latest is { } snapshot)
                        {
                            TellWhetherReady(snapshot);
                        }
                    });
            }
        }
        finally
        {
            _cluster.Node.BoundPortsChanged -= OnChanged;
        }
    }

    private void InTurn(Action tell)
    {
        lock (_turn)
        {
            tell();
        }
    }
}

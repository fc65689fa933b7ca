using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.Node.Services.Names;
using Inlet.Local.Node.Services.Relays;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services;

/// <summary>
/// Relays the ports of Services on this machine to their endpoints, as kube-proxy does on a cluster: ClusterIPs, NodePorts,
/// LoadBalancer ports, and the API server as Service <c>default/kubernetes</c>; and answers for their names, to pods that have
/// a network of their own, as CoreDNS does. Follows Services and EndpointSlices; a change
/// is in force for the next connection, and connections that were made stay.
/// </summary>
internal sealed class ServiceRelays(NodeAgentOptions options, IKubernetesApi api, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private const string ResolvConf = "/etc/resolv.conf";
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = loggers.CreateLogger<ServiceRelays>();
    private readonly Channel<CacheChange> _changes = Channel.CreateUnbounded<CacheChange>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClusterZone _zone = new(options.Network);
    private RelayEngine? _engine;
    private ClusterDns? _dns;
    private Task _running = Task.CompletedTask;

    public ServingEndpoints Serving { get; } = new(time);

    /// <summary>What is bound now; replaced as a whole.</summary>
    public IReadOnlyList<BoundServicePort> BoundPorts { get; private set; } = [];

    /// <summary>Raised after <see cref="BoundPorts"/> was replaced: return quickly.</summary>
    public event Action? BoundPortsChanged;

    /// <summary>Returns once what there is now is relayed. In namespace mode the pods' network has to be up.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Network.Mode == PodNetworkMode.Namespace)
        {
            _dns = new ClusterDns(options.Network, _zone, new DnsForwarder(ResolvConf, time), time, _logger);
            await _dns.StartAsync();
        }

        _engine = new RelayEngine(_logger);
        _running = Task.WhenAll(
            FollowAsync(ResourceTypes.Services), FollowAsync(ResourceTypes.EndpointSlices), Task.Run(() => KeepAsync(_engine, _stop.Token), CancellationToken.None));
        await _ready.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Closes every port and cuts every connection.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _engine?.Dispose();
        _engine = null;
        if (_dns is { } dns)
        {
            _dns = null;
            await dns.DisposeAsync();
        }

        Publish([]);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private Task FollowAsync(ResourceType type)
    {
        var cache = new ObjectCache(api, type, null, ListQuery.All, time, (resource, error) => ServiceLog.WatchFailed(_logger, resource, error.Message));
        return Task.Run(() => cache.RunAsync(change => _changes.Writer.TryWrite(change), _stop.Token), CancellationToken.None);
    }

    private async Task KeepAsync(RelayEngine engine, CancellationToken cancellationToken)
    {
        var table = new ServiceTable(options, _zone, time);
        var binder = new ListenerBinder(options, engine);
        var events = new ServiceEvents(api, time, _logger);
        var unsynced = 2;
        TimeSpan? retry = null;
        while (true)
        {
            var changed = await WaitAsync(retry, cancellationToken);
            while (_changes.Reader.TryRead(out var change))
            {
                unsynced -= change.Kind == CacheChangeKind.Synced ? 1 : 0;
                Apply(table, change);
            }

            if (unsynced > 0)
            {
                // A Service would look as if it had no endpoints.
                continue;
            }

            var failures = await ReconcileAsync(table, binder);
            _ready.TrySetResult();
            await events.ReportAsync([.. failures, .. table.Conflicts], table.Find, cancellationToken);
            retry = failures.Count == 0 ? null : changed ? s_firstRetry : Longer(retry);
        }
    }

    private async Task<IReadOnlyList<BindFailure>> ReconcileAsync(ServiceTable table, ListenerBinder binder)
    {
        var (moved, failures) = await binder.ReconcileAsync(table.Refresh());
        Serving.Publish(table.ReadyAddresses());
        if (moved)
        {
            Publish(binder.Bound);
        }

        return failures;
    }

    /// <returns>True for a change, false when it is time to try again what failed.</returns>
    private async Task<bool> WaitAsync(TimeSpan? retry, CancellationToken cancellationToken)
    {
        if (retry is not { } pause)
        {
            return await _changes.Reader.WaitToReadAsync(cancellationToken);
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var change = _changes.Reader.WaitToReadAsync(waiting.Token).AsTask();
        var first = await Task.WhenAny(change, Task.Delay(pause, time, waiting.Token));
        await waiting.CancelAsync();
        await ((Task)change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return first == change;
    }

    private void Apply(ServiceTable table, CacheChange change)
    {
        if (change.Kind == CacheChangeKind.Synced)
        {
            return;
        }

        try
        {
            table.Apply(change);
        }
        catch (Exception error)
        {
            // One object must not stop the relays of all others.
            ServiceLog.ChangeFailed(_logger, error, change.Key.ToString());
        }
    }

    private void Publish(IReadOnlyList<BoundServicePort> bound)
    {
        BoundPorts = bound;
        BoundPortsChanged?.Invoke();
    }

    private static TimeSpan Longer(TimeSpan? pause) =>
        pause is not { } before ? s_firstRetry : before * 2 < s_longestRetry ? before * 2 : s_longestRetry;
}

using System.Collections.Concurrent;
using System.Net;

namespace Inlet.Proxy;

/// <summary>
/// The targets of all policies by name, and which addresses they may have: a tenant's URL must not reach what only this machine or
/// the cluster's own components can (decisions.md 11). Asked of the address that is connected to, so that no name gets around it.
/// </summary>
internal sealed class ServiceAddresses(ProxyOptions options) : IAsyncDisposable
{
    private const int MostTargets = 10_000;

    private static readonly IPNetwork[] NeverByDefault =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("255.255.255.255/32"), IPNetwork.Parse("::/128"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    private readonly ConcurrentDictionary<(string Authority, bool Tls), ServiceTarget?> _targets = [];
    private readonly ConcurrentDictionary<Task, byte> _running = [];
    private readonly CancellationTokenSource _stop = new();

    public CancellationToken Stop => _stop.Token;

    /// <returns>Null for what is no host and port.</returns>
    public ServiceTarget? Find(string authority, bool tls)
    {
        if (_targets.TryGetValue((authority, tls), out var known))
        {
            return known;
        }

        if (_targets.Count >= MostTargets)
        {
            // Only names that clients chose can be so many; those in use come back at once.
            _targets.Clear();
        }

        var target = ServiceTarget.TryParse(authority, tls, out var host, out var port) ? new ServiceTarget(host, port, tls, this) : null;
        return _targets.GetOrAdd((authority, tls), target);
    }

    public bool MayReach(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Contains(options.AllowedServiceNetworks.AsSpan(), plain)
            || (!Contains(NeverByDefault, plain) && !Contains(options.ForbiddenServiceNetworks.AsSpan(), plain));
    }

    /// <summary>Starts work that is awaited at the end.</summary>
    public Task Run(Func<Task> work)
    {
        if (_stop.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        var task = Task.Run(work);
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(static (done, all) => ((ConcurrentDictionary<Task, byte>)all!).TryRemove(done, out _), _running, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys);
    }

    private static bool Contains(ReadOnlySpan<IPNetwork> networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}

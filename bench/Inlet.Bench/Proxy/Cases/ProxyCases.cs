using Inlet.Bench.Proxy.Load;
using Inlet.Bench.Proxy.Peers;

namespace Inlet.Bench.Proxy.Cases;

/// <summary>The comparisons of the budget table that need nothing but CPU time per request or byte.</summary>
internal sealed class ProxyCases(IReadOnlyList<Peer> peers, Func<KeyKind, CertificateFiles> certificates, int upstreamPort)
{
    private const int Connections = 64;

    private Peer Inlet => peers.First(static peer => peer.Name == "inlet");

    public Comparison KeepAlive() => new()
    {
        Name = "keepalive",
        Title = "HTTP/1.1 keep-alive, 1 KB bodies, 64 connections, 500 routes, one core",
        Unit = "CPU-s per 100k requests",
        Value = Comparison.CpuSecondsPer100K,
        Baseline = "nginx",
        Contenders = Each(Standard(), new WrkLoad { Connections = Connections }),
        Budgets = [new("inlet", "nginx", 0.90), new("inlet", "haproxy", 1.00), new("inlet", "relay", 1.15, IsStretch: true)],
    };

    public Comparison Tls() => new()
    {
        Name = "tls",
        Title = "the same over TLS 1.3 keep-alive, RSA-2048",
        Unit = "CPU-s per 100k requests",
        Value = Comparison.CpuSecondsPer100K,
        Baseline = "nginx",
        Contenders = Each(Standard() with { Certificate = certificates(KeyKind.Rsa2048) }, new WrkLoad { Connections = Connections, Tls = true }),
        Budgets = [new("inlet", "nginx", 0.85)],
    };

    public Comparison Handshake(KeyKind key) => new()
    {
        Name = key == KeyKind.Rsa2048 ? "handshake-rsa" : "handshake-ecdsa",
        Title = $"full TLS 1.3 handshake for each request, {(key == KeyKind.Rsa2048 ? "RSA-2048" : "ECDSA P-256")}",
        Unit = "CPU-s per 100k handshakes",
        Value = Comparison.CpuSecondsPer100K,
        Baseline = "nginx",
        Contenders = Each(Standard() with { Certificate = certificates(key) }, new AbLoad()),
        Budgets = [new("inlet", "nginx", 1.00)],
    };

    public Comparison Large() => new()
    {
        Name = "large",
        Title = "10 MB bodies, 8 connections, buffering off",
        Unit = "CPU-s per GB",
        Value = Comparison.CpuSecondsPerGigabyte,
        Baseline = "nginx",
        Contenders = Each(Standard() with { BufferBodies = false }, new WrkLoad { Connections = 8, Target = PeerSetup.LargeTarget }),
        Budgets = [new("inlet", "nginx", 1.00)],
        ProbeTarget = PeerSetup.LargeTarget,
        ProbeBytes = 10_000_000,
    };

    /// <summary>
    /// One loop alone on a core against two on both. With two, proxy, load and upstream share all cores, which costs any
    /// proxy cache misses: the same step of nginx and HAProxy stands beside ours.
    /// </summary>
    public Comparison TwoLoops()
    {
        var load = new WrkLoad { Connections = 256 };
        var contenders = new List<Contender>();
        foreach (var peer in peers.Where(static peer => peer.CanCountLoops))
        {
            contenders.Add(new Contender($"{peer.Name} 1", peer, Standard(), load));
            contenders.Add(new Contender($"{peer.Name} 2", peer, Standard() with { Loops = 2 }, load, ProxyCores: "0,1", LoadCores: "0,1"));
        }

        return new Comparison
        {
            Name = "two-loops",
            Title = "two loops on two cores against one on one, 1 KB keep-alive, 256 connections",
            Unit = "CPU-s per 100k requests",
            Value = Comparison.CpuSecondsPer100K,
            Baseline = "inlet 1",
            Contenders = contenders,
            Budgets = [new("inlet 2", "inlet 1", 1.05), new("nginx 2", "nginx 1", 1.05, IsStretch: true), new("haproxy 2", "haproxy 1", 1.05, IsStretch: true)],
        };
    }

    public Comparison Hosts() => new()
    {
        Name = "hosts",
        Title = "matching among 10, 1,000 and 40,000 hosts, requests going round all of them, 1 KB keep-alive",
        Unit = "CPU-s per 100k requests",
        Value = Comparison.CpuSecondsPer100K,
        Baseline = "10 hosts",
        Contenders = [.. new[] { 10, 1_000, 40_000 }.Select(count => new Contender(
            FormattableString.Invariant($"{count} hosts"), Inlet, Standard() with { Routes = PeerSetup.Hosts(count) },
            new WrkLoad { Connections = Connections, Hosts = count }))],
        Budgets = [new("1000 hosts", "10 hosts", 1.05), new("40000 hosts", "10 hosts", 1.05)],
    };

    public PeerSetup Standard() => new() { Routes = PeerSetup.FiveHundredRoutes, UpstreamPort = upstreamPort };

    public IReadOnlyList<Contender> Each(PeerSetup setup, LoadGenerator load) =>
        [.. peers.Where(peer => peer.CanServe(setup)).Select(peer => new Contender(peer.Name, peer, setup, load))];
}

using System.Text;
using BenchmarkDotNet.Attributes;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Microbench.Routing;

/// <summary>Matching among few and many hosts, going round all of them: the last row pays the cache misses of a big table.</summary>
[MemoryDiagnoser]
public class MatchBench
{
    private static readonly ObjectReference Source = new("Ingress", "bench", "bench");
    private static readonly byte[] Path = "/api/1k"u8.ToArray();
    private static readonly byte[] Unknown = "nobody.bench.test"u8.ToArray();
    private readonly Lazy<Case> _10 = new(static () => new Case(10));
    private readonly Lazy<Case> _1000 = new(static () => new Case(1_000));
    private readonly Lazy<Case> _40000 = new(static () => new Case(40_000));

    [Benchmark]
    public int Match_10_hosts() => _10.Value.Next();

    [Benchmark]
    public int Match_1000_hosts() => _1000.Value.Next();

    [Benchmark]
    public int Match_40000_hosts() => _40000.Value.Next();

    [Benchmark]
    public int Match_unknown_host_among_40000() => _40000.Value.Table.Match(Unknown, Path) is null ? 1 : 0;

    private sealed class Case
    {
        private readonly byte[][] _hosts;
        private int _at;

        public Case(int count)
        {
            _hosts = [.. Enumerable.Range(0, count).Select(static number => Encoding.ASCII.GetBytes($"h{number:D6}.bench.test"))];
            Table = RoutingTable.Compile(
                new RouteModel(_hosts.Select(static host => Host(Encoding.ASCII.GetString(host))).ToEquatableArray(), null), null, new BackendRegistry());
        }

        public RoutingTable Table { get; }

        public int Next()
        {
            // Prime and no divisor of the counts: every host once in a round, neighbours far apart.
            _at = (_at + 7919) % _hosts.Length;
            return Table.Match(_hosts[_at], Path)!.Split.PrimaryBackend;
        }

        private static HostModel Host(string name) => new(name, new[] { RouteOf("/"), RouteOf("/api"), RouteOf("/static/img") }.ToEquatableArray(), []);

        private static Route RouteOf(string path) =>
            new(new PathMatch(PathMatchKind.Prefix, path), new Split(new BackendKey("bench", "backend", "80"), []), TlsRedirectPolicy.Off, Source);
    }
}

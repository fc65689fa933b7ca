using System.Net;
using BenchmarkDotNet.Attributes;
using Inlet.Http;
using Inlet.Microbench.Http;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Routing;

namespace Inlet.Microbench.Proxy;

/// <summary>Choosing between a route's backend and its canaries, for a browser's request.</summary>
[MemoryDiagnoser]
public class CanaryBench
{
    private static readonly ObjectReference Source = new("Ingress", "bench", "bench");
    private static readonly BackendKey Primary = new("bench", "v1", "80");
    private static readonly BackendKey Second = new("bench", "v2", "80");
    private readonly BackendRegistry _registry = new();
    private readonly RequestHead _head = new();
    private readonly CanaryChoice _choice;
    private readonly CompiledSplit _none;
    private readonly CompiledSplit _header;
    private readonly CompiledSplit _cookie;
    private readonly CompiledSplit _weight;

    public CanaryBench()
    {
        _ = RequestHeadParser.Parse(Heads.Browser, _head, 8192, 32768, out _);
        var sets = new EndpointSets();
        foreach (var backend in new[] { Primary, Second })
        {
            sets.Put(_registry.Intern(backend), new BackendEndpoints(backend, new[] { new Endpoint(IPAddress.Loopback, 80) }.ToEquatableArray()));
        }

        _choice = new CanaryChoice(new LoopBackends(sets, new EndpointHealths(1), 0, 1, static _ => { }));
        _none = Split();
        _header = Split(new Canary(Second, new CanaryHeader("Accept-Language", "kr"), null, 0, 100, Source));
        _cookie = Split(new Canary(Second, null, "theme", 0, 100, Source));
        _weight = Split(new Canary(Second, null, null, 10, 100, Source));
    }

    [Benchmark]
    public int Without_canary() => _choice.Choose(_none, _head, Heads.Browser);

    [Benchmark]
    public int By_header() => _choice.Choose(_header, _head, Heads.Browser);

    [Benchmark]
    public int By_cookie() => _choice.Choose(_cookie, _head, Heads.Browser);

    [Benchmark]
    public int By_weight() => _choice.Choose(_weight, _head, Heads.Browser);

    private CompiledSplit Split(params Canary[] canaries)
    {
        var route = new Route(new PathMatch(PathMatchKind.Prefix, "/"), new Split(Primary, canaries.ToEquatableArray()), TlsRedirectPolicy.Off, Source);
        var model = new RouteModel(new[] { new HostModel("", new[] { route }.ToEquatableArray(), []) }.ToEquatableArray(), null);
        return RoutingTable.Compile(model, null, _registry).Match(""u8, "/"u8)!.Split;
    }
}

using System.Net;
using Inlet.Model;
using Inlet.Routing;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy.Tests;

/// <summary>The real proxy on loopback, with one call per thing a test publishes.</summary>
public sealed class RunningProxy : IAsyncDisposable
{
    public static readonly ObjectReference Source = new("Ingress", "default", "test");
    private RoutingTable? _table;

    public RunningProxy(ProxyOptions? options = null, TimeProvider? time = null)
    {
        Server = new ProxyServer((options ?? new ProxyOptions()) with { HttpPort = 0, HttpsPort = 0 }, new LoggerFactory([Log]), time);
        Server.Start();
    }

    public CapturedLog Log { get; } = new();

    /// <summary>Exceptions a test injects. Any other is a fault that closing a connection may have hidden.</summary>
    public long ExpectedLoopExceptions { get; set; }

    public ProxyServer Server { get; }

    public static BackendKey Key(string name) => new("default", name, "80");

    public static Route RouteTo(string backend, string path = "/", TlsRedirectPolicy redirect = TlsRedirectPolicy.Off, params Canary[] canaries) =>
        new(new PathMatch(PathMatchKind.Prefix, path), new Split(Key(backend), canaries.ToEquatableArray()), redirect, Source);

    public static HostModel Host(string host, params Route[] routes) => new(host, routes.ToEquatableArray(), []);

    public EquatableArray<Verdict> Publish(params HostModel[] hosts)
    {
        var model = new RouteModel(hosts.ToEquatableArray(), null);
        _table = RoutingTable.Compile(model, _table, Server.Backends);
        return Server.Publish(model, _table);
    }

    public void Endpoints(string backend, params int[] ports) => Server.PublishEndpoints(
        new BackendEndpoints(Key(backend), ports.Select(port => new Endpoint(IPAddress.Loopback, port)).ToEquatableArray()));

    /// <summary>Everything at any host to one back end.</summary>
    public static RunningProxy To(RawBackend backend, ProxyOptions? options = null)
    {
        var proxy = new RunningProxy(options);
        proxy.Publish(Host("", RouteTo("app")));
        proxy.Endpoints("app", backend.Port);
        return proxy;
    }

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Server.HttpPort);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.Equal(ExpectedLoopExceptions, Server.Metrics.LoopExceptions);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

/// <summary>A successor on the same ports takes over from a proxy that drains.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Restart_on_shared_ports_loses_no_request()
    {
        await using var backend = RawBackend.Saying("ok");
        var port = FreePort();
        var first = Serving(backend, port);
        var done = false;
        int requests = 0, opened = 0;
        var load = Enumerable.Range(0, 6).Select(async worker =>
        {
            while (!Volatile.Read(ref done))
            {
                using var client = await RawClient.ConnectAsync(port);
                Interlocked.Increment(ref opened);
                // Half of them one request a connection, the others until they are told that it ends.
                for (var goesOn = true; goesOn;)
                {
                    var response = await client.GetAsync(fields: worker % 2 == 0 ? "Connection: close\r\n" : "");
                    Assert.Equal(200, response.Status);
                    Interlocked.Increment(ref requests);
                    goesOn = !response.Head.Contains("Connection: close", StringComparison.Ordinal) && !Volatile.Read(ref done);
                }
            }
        }).ToArray();
        for (var restart = 0; restart < 3; restart++)
        {
            var before = Volatile.Read(ref requests);
            await Wait.UntilAsync(() => Volatile.Read(ref requests) > before + 50, "requests to flow");
            var second = Serving(backend, port);
            await first.DrainAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(0, first.Metrics.ConnectionsOpen);
            await first.DisposeAsync();
            first = second;
        }

        var last = Volatile.Read(ref requests);
        await Wait.UntilAsync(() => Volatile.Read(ref requests) > last + 50, "the last successor to serve");
        Volatile.Write(ref done, true);
        await Task.WhenAll(load);
        Assert.True(opened > 100);
        await first.DisposeAsync();
    }

    private static ProxyServer Serving(RawBackend backend, int port)
    {
        var server = new ProxyServer(
            new ProxyOptions { HttpPort = port, Loops = 2, SharePorts = true, DrainIdleTime = TimeSpan.FromMilliseconds(300) },
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var model = new Inlet.Model.RouteModel([RunningProxy.Host("", RunningProxy.RouteTo("app"))], null);
        server.PublishEndpoints(new Inlet.Model.BackendEndpoints(RunningProxy.Key("app"), [new Inlet.Model.Endpoint(IPAddress.Loopback, backend.Port)]));
        server.Publish(model, Inlet.Routing.RoutingTable.Compile(model, null, server.Backends));
        server.Start();
        return server;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics;
using Inlet.Hardening.Tests.Harness;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>Change without end: what is being served must not notice, and nothing may be left behind.</summary>
public sealed class ChurnTests
{
    private const string Upgrade = "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const int Edits = 10_000;
    private const int WebSockets = 500;

    [Fact]
    public async Task Ten_thousand_edits_fail_no_request_and_cut_no_websocket_and_leave_nothing()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var echo = new RawBackend(static async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            while (true)
            {
                await conversation.WriteAsync(await conversation.ReadExactlyAsync(4));
            }
        });
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 2 });
        proxy.Endpoints("app", backend.Port);
        proxy.Endpoints("echo", echo.Port);
        proxy.Publish(Hosts(0));
        var tunnels = new List<RawClient>();
        for (var count = 0; count < WebSockets; count++)
        {
            tunnels.Add(await proxy.ConnectAsync());
            await tunnels[^1].SendAsync(Upgrade);
            Assert.Equal(101, (await tunnels[^1].ReadResponseAsync()).Status);
        }

        await using var load = new Load(proxy.Server.HttpPort, 4);
        long settled = 0;
        for (var edit = 1; edit <= Edits; edit++)
        {
            proxy.Publish(Hosts(edit));
            if (edit % 10 == 0)
            {
                // The same address again, as a new generation of an EndpointSlice.
                proxy.Endpoints("app", backend.Port);
                await Task.Yield();
            }

            settled = edit == Edits / 5 ? GC.GetTotalMemory(forceFullCollection: true) : settled;
        }

        await load.GoOnAsync(100);
        await load.StopAsync();
        Assert.Empty(load.Failed);
        Assert.Equal(0, load.Truncated);
        foreach (var tunnel in tunnels)
        {
            await tunnel.SendAsync("ping");
            Assert.Equal("ping", await tunnel.ReadExactlyAsync(4));
        }

        Assert.Equal(WebSockets, proxy.Server.Metrics.TunnelsOpen);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - settled, long.MinValue, 8 << 20);
        tunnels.ForEach(static tunnel => tunnel.Dispose());
    }

    [Fact]
    public async Task Connections_that_come_and_go_in_every_way_leave_nothing_behind()
    {
        await using var backend = RawBackend.Saying(new string('x', 20_000));
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 2 });
        await ChurnAsync(proxy, 1000);
        await Wait.UntilAsync(() => proxy.Server.Metrics.ConnectionsOpen == 0, "the warm-up's connections to end");
        var (managed, resident) = (GC.GetTotalMemory(forceFullCollection: true), Resident());
        await ChurnAsync(proxy, 6000);
        await Wait.UntilAsync(() => proxy.Server.Metrics.ConnectionsOpen == 0, "all connections to end");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - managed, long.MinValue, 4 << 20);
        // Of other tests in this process too: a leak of one buffer a connection would be 24 MB and more.
        Assert.InRange(Resident() - resident, long.MinValue, 64 << 20);
    }

    /// <summary>In turn: a whole request, a head cut short, an answer not waited for, a reset in a body, nonsense, nothing.</summary>
    private static async Task ChurnAsync(RunningProxy proxy, int connections)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, connections), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            using var client = await proxy.ConnectAsync();
            switch (number % 6)
            {
                case 0:
                    Assert.Equal(200, (await client.GetAsync()).Status);
                    break;
                case 1:
                    await client.SendAsync("GET / HTTP/1.1\r\nHost:");
                    break;
                case 2:
                    await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                    break;
                case 3:
                    await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + new string('x', 5000));
                    client.Reset();
                    break;
                case 4:
                    await client.SendAsync("\0\0\0\0");
                    Assert.Equal(400, (await client.ReadResponseAsync()).Status);
                    break;
                default:
                    break;
            }
        });
    }

    private static long Resident()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    /// <summary>The routes under load stay; a host of forty, and a route of the loaded one, change with every edit.</summary>
    private static HostModel[] Hosts(int edit) =>
    [
        RunningProxy.Host("app.test", RunningProxy.RouteTo("app"), RunningProxy.RouteTo("echo", "/ws"), RunningProxy.RouteTo("app", $"/edit/{edit}")),
        .. Enumerable.Range(0, 40).Select(index => RunningProxy.Host($"h{index}.test", RunningProxy.RouteTo("app", index == edit % 40 ? $"/{edit}" : "/"))),
    ];
}

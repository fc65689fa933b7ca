using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

/// <summary>Upgraded connections: WebSocket and others, as bytes both ways.</summary>
public sealed class TunnelTests
{
    private const string Ask = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    [Fact]
    public async Task Upgrade_becomes_a_tunnel_in_both_directions()
    {
        await using var backend = Echo("hi");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask + "earl");
        Assert.Equal(101, (await client.ReadResponseAsync()).Status);
        Assert.Equal("hiearl", await client.ReadExactlyAsync(6));
        proxy.Publish(RunningProxy.Host("gone.test"));
        await client.SendAsync("ping");
        Assert.Equal("ping", await client.ReadExactlyAsync(4));
    }

    [Fact]
    public async Task Bytes_behind_an_upgrade_request_reach_the_upstream_only_after_the_101()
    {
        var answer = new TaskCompletionSource();
        var before = "";
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await answer.Task;
            before = conversation.Unread + (conversation.Socket.Available > 0 ? "more" : "");
            await conversation.WriteAsync(Switching);
            await conversation.WriteAsync(await conversation.ReadExactlyAsync(5));
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.SendAsync("early");
        // A request on the same loop, answered: what the loop would have forwarded is at the back end by now.
        using var other = await proxy.ConnectAsync();
        Assert.Equal(400, (await other.GetAsync("/%zz")).Status);
        answer.SetResult();
        Assert.Equal(101, (await client.ReadResponseAsync()).Status);
        Assert.Equal("early", await client.ReadExactlyAsync(5));
        Assert.Equal("", before);
    }

    [Fact]
    public async Task Bytes_behind_a_refused_upgrade_are_the_next_request_and_never_part_of_the_first()
    {
        var heads = new List<string>();
        await using var backend = RawBackend.Answering((head, _) =>
        {
            heads.Add(head.Split("\r\n")[0]);
            return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno";
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask + "GET /next HTTP/1.1\r\nHost: a\r\n\r\nrubbish\r\n\r\n");
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);
        Assert.Equal(["GET /ws HTTP/1.1", "GET /next HTTP/1.1"], heads);
    }

    [Fact]
    public async Task Tunnels_outlive_every_change_of_routes_and_endpoints()
    {
        await using var backend = Echo("");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 2 });
        var clients = new List<RawClient>();
        for (var count = 0; count < 100; count++)
        {
            var client = await proxy.ConnectAsync();
            await client.SendAsync(Ask);
            Assert.Equal(101, (await client.ReadResponseAsync()).Status);
            clients.Add(client);
        }

        for (var edit = 0; edit < 500; edit++)
        {
            proxy.Publish(RunningProxy.Host($"{edit}.test", RunningProxy.RouteTo("other")));
            proxy.Endpoints("app", edit % 2 == 0 ? [] : [backend.Port + 1]);
            proxy.Endpoints("other", backend.Port);
            var client = clients[edit % clients.Count];
            await client.SendAsync("ping");
            Assert.Equal("ping", await client.ReadExactlyAsync(4));
        }

        Assert.Equal(100, proxy.Server.Metrics.TunnelsOpen);
        clients.ForEach(static client => client.Dispose());
        await Wait.UntilAsync(() => proxy.Server.Metrics.TunnelsOpen == 0, "the tunnels to end with their clients");
    }

    [Fact]
    public async Task Silent_tunnel_is_ended_after_its_idle_time_and_a_busy_one_is_not()
    {
        await using var backend = Echo("");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { TunnelIdleTimeout = TimeSpan.FromSeconds(1) });
        using var busy = await proxy.ConnectAsync();
        using var silent = await proxy.ConnectAsync();
        await busy.SendAsync(Ask);
        await busy.ReadResponseAsync();
        await silent.SendAsync(Ask);
        await silent.ReadResponseAsync();
        var ended = silent.ReadToEndAsync();
        while (!ended.IsCompleted)
        {
            await busy.SendAsync("ping");
            Assert.Equal("ping", await busy.ReadExactlyAsync(4));
            await Task.WhenAny(ended, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        Assert.Equal("", await ended);
        await busy.SendAsync("ping");
        Assert.Equal("ping", await busy.ReadExactlyAsync(4));
    }

    [Fact]
    public async Task Each_end_of_a_tunnel_is_passed_on_while_the_other_direction_goes_on()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync(Switching);
            Assert.Equal("all", await conversation.ReadExactlyAsync(3));
            Assert.Null(await conversation.ReadHeadAsync());
            await conversation.WriteAsync("answer after the end");
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadResponseAsync();
        await client.SendAsync("all");
        client.ShutdownSend();
        Assert.Equal("answer after the end", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Much_data_passes_a_tunnel_to_a_slow_reader_whole()
    {
        var data = new byte[5_000_000];
        new Random(2).NextBytes(data);
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync(Switching);
            await conversation.WriteAsync(data);
            conversation.Socket.Shutdown(SocketShutdown.Send);
            await conversation.ReadHeadAsync();
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(Ask);
        await client.ReadResponseAsync();
        Assert.Equal(System.Text.Encoding.Latin1.GetString(data), await client.ReadToEndAsync());
    }

    private static RawBackend Echo(string greeting) => new(async conversation =>
    {
        var head = await conversation.ReadHeadAsync();
        Assert.Contains("Connection: Upgrade\r\nUpgrade: websocket\r\n", head, StringComparison.Ordinal);
        await conversation.WriteAsync(Switching + greeting);
        while (true)
        {
            await conversation.WriteAsync(await conversation.ReadExactlyAsync(4));
        }
    });
}

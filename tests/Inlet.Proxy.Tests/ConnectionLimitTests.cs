using System.Net;
using System.Net.Sockets;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task New_connections_wait_while_all_are_busy_and_are_served_when_one_ends()
    {
        var go = new TaskCompletionSource();
        await using var backend = RawBackend.AnsweringAsync(async (_, _) =>
        {
            await go.Task.WaitAsync(TimeSpan.FromSeconds(20));
            return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, MaxConnections = 3 });
        var busy = new List<RawClient>();
        for (var count = 0; count < 3; count++)
        {
            busy.Add(await proxy.ConnectAsync());
            await busy[^1].SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        await Wait.UntilAsync(() => backend.Requests == 3, "three busy connections");
        using var waiting = await proxy.ConnectAsync();
        var answer = waiting.GetAsync();
        await Wait.UntilAsync(() => proxy.Server.Metrics.AcceptPauses > 1, "the fourth to be left waiting");
        Assert.Equal(3, proxy.Server.Metrics.ConnectionsOpen);
        go.SetResult();
        // A crowd's answers end their connections.
        Assert.Equal(200, (await busy[0].ReadResponseAsync()).Status);
        busy.ForEach(static client => client.Dispose());
        Assert.Equal(200, (await answer).Status);
        Assert.Single(proxy.Log.Lines, static line => line.StartsWith("3 client connections are open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Idle_connections_make_room_for_new_ones()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(
            backend, new ProxyOptions { Loops = 1, MaxConnections = 3, DrainIdleTime = TimeSpan.FromMilliseconds(50) });
        var idle = new List<RawClient>();
        for (var count = 0; count < 3; count++)
        {
            idle.Add(await proxy.ConnectAsync());
            Assert.Equal(200, (await idle[^1].GetAsync()).Status);
        }

        using var late = await proxy.ConnectAsync();
        Assert.Equal(200, (await late.GetAsync()).Status);
        foreach (var client in idle)
        {
            Assert.Equal("", await client.ReadToEndAsync());
            client.Dispose();
        }
    }

    [Fact]
    public async Task One_address_has_its_share_and_no_more_and_others_have_theirs()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 2, MaxConnectionsPerAddress = 2 });
        using var first = await proxy.ConnectAsync();
        using var second = await proxy.ConnectAsync();
        Assert.Equal(200, (await first.GetAsync()).Status);
        Assert.Equal(200, (await second.GetAsync()).Status);
        using var third = await proxy.ConnectAsync();
        Assert.Equal("", await third.ReadToEndOrResetAsync());
        using var other = await ConnectFromAsync("127.0.0.2", proxy.Server.HttpPort);
        Assert.Equal(200, (await other.GetAsync()).Status);
        Assert.Equal(1, proxy.Server.Metrics.ConnectionsRefused);
        Assert.Contains("A connection of client 127.0.0.1 was closed at once: it has 2 open already", proxy.Log.Lines);

        first.Dispose();
        await Wait.UntilAsync(() => proxy.Server.Metrics.ConnectionsOpen == 2, "the first connection to be forgotten");
        using var again = await proxy.ConnectAsync();
        Assert.Equal(200, (await again.GetAsync()).Status);
    }

    [Fact]
    public async Task Trusted_peer_is_not_counted_and_whom_it_names_is()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions
        {
            MaxConnectionsPerAddress = 1,
            ProxyProtocol = true,
            TrustedPeers = new[] { IPNetwork.Parse("127.0.0.0/8") }.ToEquatableArray(),
        });
        var clients = new List<RawClient>();
        foreach (var source in new[] { "192.0.2.1", "192.0.2.2", "2001:db8::1" })
        {
            clients.Add(await NamedAsync(proxy, source));
            Assert.Equal(200, (await clients[^1].GetAsync()).Status);
        }

        using var again = await NamedAsync(proxy, "192.0.2.1");
        Assert.Equal("", await again.ReadToEndOrResetAsync());
        using var neighbour = await NamedAsync(proxy, "2001:db8::ffff");
        Assert.Equal("", await neighbour.ReadToEndOrResetAsync());
        using var stranger = await NamedAsync(proxy, "2001:db8:0:1::1");
        Assert.Equal(200, (await stranger.GetAsync()).Status);
        clients.ForEach(static client => client.Dispose());
    }

    private static async Task<RawClient> NamedAsync(RunningProxy proxy, string source)
    {
        var client = await proxy.ConnectAsync();
        var family = source.Contains(':', StringComparison.Ordinal) ? "TCP6" : "TCP4";
        await client.SendAsync($"PROXY {family} {source} {(family == "TCP6" ? "::1" : "192.0.2.9")} 1000 80\r\n");
        return client;
    }

    private static async Task<RawClient> ConnectFromAsync(string address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(new NetworkStream(socket, ownsSocket: true));
    }
}

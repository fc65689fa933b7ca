using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Inlet.Local.Node.Services.Relays;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Services.Relays;

public sealed class RelayEngineTests : IDisposable
{
    private readonly RelayEngine _engine = new(NullLogger.Instance);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Connections_spread_evenly_over_the_endpoints()
    {
        await using var one = TestPeer.Saying("one");
        await using var two = TestPeer.Saying("two");
        await using var three = TestPeer.Saying("three");
        var relay = Relay(one.EndPoint, two.EndPoint, three.EndPoint);

        var answers = new List<string>();
        for (var count = 0; count < 30; count++)
        {
            answers.Add(await SocketSteps.AskAsync(relay.EndPoint));
        }

        Assert.Equal([10, 10, 10], answers.GroupBy(answer => answer).Select(group => group.Count()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(50_000_000)]
    public async Task Both_ways_at_once_carry_every_byte_in_order(int length)
    {
        var up = RandomNumberGenerator.GetBytes(length);
        var down = RandomNumberGenerator.GetBytes(length);
        var arrived = new TaskCompletionSource<byte[]>();
        await using var peer = new TestPeer(async socket =>
        {
            var sending = Task.Run(async () =>
            {
                await socket.SendAllAsync(down);
                socket.Shutdown(SocketShutdown.Send);
            });
            arrived.SetResult(await HashToEndAsync(socket));
            await sending;
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        var sending = Task.Run(async () =>
        {
            await client.SendAllAsync(up);
            client.Shutdown(SocketShutdown.Send);
        });

        Assert.Equal(SHA256.HashData(down), await HashToEndAsync(client));
        Assert.Equal(SHA256.HashData(up), await arrived.Task);
        await sending;
    }

    [Fact]
    public async Task A_reader_that_stalls_holds_the_sender_back_and_gets_every_byte_when_it_goes_on()
    {
        var sent = RandomNumberGenerator.GetBytes(40_000_000);
        var progress = 0L;
        await using var peer = new TestPeer(async socket =>
        {
            for (var at = 0; at < sent.Length; at += 100_000)
            {
                await socket.SendAllAsync(sent.AsMemory(at, 100_000));
                Volatile.Write(ref progress, at + 100_000);
            }
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);

        var stalledAt = await StandsStillAsync(() => Volatile.Read(ref progress));

        Assert.InRange(stalledAt, 1, sent.Length - 1);
        Assert.Equal(SHA256.HashData(sent), await HashToEndAsync(client));
    }

    [Fact]
    public async Task A_client_that_ends_its_half_still_gets_the_answer()
    {
        await using var peer = new TestPeer(async socket =>
        {
            var request = await socket.ReadToEndAsync();
            await socket.SendAllAsync($"you said {request}");
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);

        await client.SendAllAsync("hello");
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("you said hello", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task An_endpoint_that_ends_its_half_still_hears_the_client()
    {
        var heard = new TaskCompletionSource<string>();
        await using var peer = new TestPeer(async socket =>
        {
            await socket.SendAllAsync("bye");
            socket.Shutdown(SocketShutdown.Send);
            heard.SetResult(await socket.ReadToEndAsync());
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);

        Assert.Equal("bye", await client.ReadToEndAsync());
        await client.SendAllAsync("one more thing");
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("one more thing", await heard.Task);
    }

    [Fact]
    public async Task An_end_behind_a_stalled_reader_waits_for_the_bytes_before_it()
    {
        var sent = RandomNumberGenerator.GetBytes(20_000_000);
        await using var peer = new TestPeer(async socket =>
        {
            await socket.SendAllAsync(sent);
            socket.Shutdown(SocketShutdown.Send);
            await socket.ReadToEndAsync();
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal(SHA256.HashData(sent), await HashToEndAsync(client));
    }

    [Fact]
    public async Task A_reset_by_the_endpoint_reaches_the_client_as_a_reset()
    {
        await using var peer = new TestPeer(async socket =>
        {
            await socket.ReadAsync(5);
            socket.Reset();
        });
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        await client.SendAllAsync("hello");

        var error = await Assert.ThrowsAsync<SocketException>(() => client.ReadToEndAsync());

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_reset_by_the_client_reaches_the_endpoint_as_a_reset()
    {
        var seen = new TaskCompletionSource<SocketError>();
        await using var peer = new TestPeer(async socket =>
        {
            await socket.SendAllAsync("ready");
            var error = await Record.ExceptionAsync(() => socket.ReadToEndAsync());
            seen.SetResult((error as SocketException)?.SocketErrorCode ?? SocketError.Success);
        });
        var relay = Relay(peer.EndPoint);
        var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        await client.ReadAsync(5);

        client.Reset();

        Assert.Equal(SocketError.ConnectionReset, await seen.Task);
    }

    [Fact]
    public async Task An_endpoint_that_answers_and_resets_a_long_request_is_heard_out()
    {
        await using var peer = new TestPeer(async socket =>
        {
            await socket.ReadAsync(1);
            await socket.SendAllAsync("too long");
            socket.Dispose();
        });
        var relay = Relay(peer.EndPoint);

        for (var round = 0; round < 20; round++)
        {
            using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
            var sending = Record.ExceptionAsync(() => client.SendAllAsync(new byte[50_000_000]));
            Assert.Equal("too long", await client.ReadAsync(8));
            Assert.IsType<SocketException>(await sending);
        }
    }

    [Fact]
    public async Task An_endpoint_that_refuses_is_passed_over()
    {
        await using var peer = TestPeer.Saying("here");
        var relay = Relay(TestPeer.Nobody(), peer.EndPoint, TestPeer.Nobody());

        for (var count = 0; count < 9; count++)
        {
            Assert.Equal("here", await SocketSteps.AskAsync(relay.EndPoint));
        }
    }

    [Fact]
    public async Task Endpoints_that_all_refuse_reset_the_client_at_once()
    {
        var relay = Relay(TestPeer.Nobody(), TestPeer.Nobody());

        await AssertResetAsync(relay.EndPoint);
    }

    [Fact]
    public async Task No_endpoints_reset_the_client_at_once_until_there_are_some()
    {
        var relay = Relay();
        await AssertResetAsync(relay.EndPoint);

        await using var peer = TestPeer.Saying("now");
        relay.Target.Endpoints = new EndpointList([peer.EndPoint]);

        Assert.Equal("now", await SocketSteps.AskAsync(relay.EndPoint));
    }

    [Fact]
    public async Task An_endpoint_taken_away_keeps_its_connections_and_gets_no_new_ones()
    {
        await using var old = TestPeer.Echoing();
        await using var next = TestPeer.Echoing();
        var relay = Relay(old.EndPoint);
        using var before = await SocketSteps.ConnectAsync(relay.EndPoint);
        await before.SendAllAsync("a");
        Assert.Equal("a", await before.ReadAsync(1));

        relay.Target.Endpoints = new EndpointList([next.EndPoint]);
        using var after = await SocketSteps.ConnectAsync(relay.EndPoint);
        await after.SendAllAsync("b");
        Assert.Equal("b", await after.ReadAsync(1));
        await before.SendAllAsync("c");

        Assert.Equal("c", await before.ReadAsync(1));
        Assert.Equal((1, 1), (old.Connections, next.Connections));
    }

    [Fact]
    public async Task A_closed_listener_refuses_and_its_connections_go_on()
    {
        await using var peer = TestPeer.Echoing();
        var relay = Relay(peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        await client.SendAllAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));

        await relay.CloseAsync();

        var refused = await Assert.ThrowsAsync<SocketException>(() => SocketSteps.ConnectAsync(relay.EndPoint));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await client.SendAllAsync("b");
        Assert.Equal("b", await client.ReadAsync(1));
    }

    [Fact]
    public async Task A_thousand_idle_connections_cost_no_threads_and_all_still_answer()
    {
        const int Count = 1000;
        await using var peer = TestPeer.Echoing();
        var relay = Relay(peer.EndPoint);
        var threads = Threads();
        var clients = new List<Socket>();
        try
        {
            for (var count = 0; count < Count; count++)
            {
                clients.Add(await SocketSteps.ConnectAsync(relay.EndPoint));
            }

            await Task.WhenAll(clients.Select(client => client.SendAllAsync("x")));
            foreach (var client in clients)
            {
                Assert.Equal("x", await client.ReadAsync(1));
            }

            Assert.Equal(Count, peer.Connections);
            // Other tests and the pool take some meanwhile.
            Assert.InRange(Threads(), 0, threads + (Count / 10));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Dispose_cuts_connections_and_closes_listeners()
    {
        await using var peer = TestPeer.Echoing();
        var engine = new RelayEngine(NullLogger.Instance);
        var relay = new TestRelay(engine, peer.EndPoint);
        using var client = await SocketSteps.ConnectAsync(relay.EndPoint);
        await client.SendAllAsync("a");
        Assert.Equal("a", await client.ReadAsync(1));

        engine.Dispose();

        await Assert.ThrowsAsync<SocketException>(() => client.ReadToEndAsync());
        await Assert.ThrowsAsync<SocketException>(() => SocketSteps.ConnectAsync(relay.EndPoint));
    }

    private static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

    private TestRelay Relay(params IPEndPoint[] endpoints) => new(_engine, endpoints);

    private static async Task AssertResetAsync(IPEndPoint relay)
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => SocketSteps.AskAsync(relay));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    private static async Task<byte[]> HashToEndAsync(Socket socket)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var buffer = new byte[256 * 1024];
        while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
        }

        return hash.GetHashAndReset();
    }

    private static async Task<long> StandsStillAsync(Func<long> value)
    {
        var before = -1L;
        while (value() is var now && (now != before || now == 0))
        {
            before = now;
            await Task.Delay(200);
        }

        return before;
    }
}

/// <summary>A relay on a free loopback port.</summary>
internal sealed class TestRelay
{
    private readonly Func<Task> _close;

    public TestRelay(RelayEngine engine, params IPEndPoint[] endpoints)
    {
        Target = new RelayTarget(TimeProvider.System) { Endpoints = new EndpointList(endpoints) };
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(4096);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        _close = engine.Listen(socket, Target);
    }

    public IPEndPoint EndPoint { get; }

    public RelayTarget Target { get; }

    public Task CloseAsync() => _close();
}

using System.Diagnostics;
using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

/// <summary>Clients that never fall silent and never get done: each byte they send or take must not buy them a whole timeout.</summary>
public sealed class SlowClientTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Head_that_drips_is_408_however_steadily()
    {
        await using var backend = RawBackend.Saying("never");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { HeadTimeout = Soon });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
        var answer = client.ReadResponseAsync();
        await DripAsync(client, "X: y\r\n", answer);
        Assert.Equal(408, (await answer).Status);
        Assert.Equal(1, proxy.Server.Metrics.SlowClients);
    }

    [Theory]
    [InlineData("Content-Length: 1000000", "x")]
    [InlineData("Transfer-Encoding: chunked", "1;extension=as-long-as-you-please\r\nx\r\n")]
    public async Task Body_that_drips_below_the_rate_is_408_however_steadily(string framing, string drop)
    {
        await using var backend = new RawBackend(static conversation => conversation.ReadRequestAsync());
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = Soon, MinClientRate = 1000 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n");
        var answer = client.ReadResponseAsync();
        await DripAsync(client, drop, answer);
        Assert.Equal(408, (await answer).Status);
        Assert.Contains(proxy.Log.Lines, static line => line.Contains("was answered 408: request body:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_above_the_rate_may_take_many_times_the_timeout()
    {
        await using var backend = RawBackend.Answering(static (_, body) => $"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Length: {body.Length}\r\n\r\n");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = TimeSpan.FromSeconds(1), MinClientRate = 500 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n");
        for (var count = 0; count < 30; count++)
        {
            await client.SendAsync(new string('x', 1000));
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Contains("X-Length: 30000", (await client.ReadResponseAsync()).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_an_endpoint_takes_for_the_body_is_not_the_clients()
    {
        await using var backend = new RawBackend(static async conversation =>
        {
            // Longer than the client may be silent, with its body waiting in every buffer between.
            await Task.Delay(Soon * 4);
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = Soon, MinClientRate = 100_000 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
        await client.SendAsync(new byte[20_000_000]);
        Assert.Equal(204, (await client.ReadResponseAsync()).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Reader_below_the_rate_is_cut_off(int bytesAtATime)
    {
        await using var backend = RawBackend.Answering(static (_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n{new string('x', 20_000_000)}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = Soon, MinClientRate = 1_000_000 });
        using var client = await ConnectWithSmallBufferAsync(proxy);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        var patience = Stopwatch.StartNew();
        while (proxy.Server.Metrics.ConnectionsOpen > 0)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "the slow reader still has its connection");
            await Task.Delay(20, TestContext.Current.CancellationToken);
            await client.ReadExactlyAsync(bytesAtATime);
        }

        Assert.Equal(1, proxy.Server.Metrics.SlowClients);
        Assert.Contains(proxy.Log.Lines, static line => line.Contains("takes its answer too slowly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reader_of_a_short_answer_that_it_does_not_take_is_cut_off_too()
    {
        // Read whole from the endpoint, so that no exchange is left whose timeouts could end it.
        const int length = 300_000;
        await using var backend = RawBackend.Answering(static (_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = Soon });
        using var client = await ConnectWithSmallBufferAsync(proxy);
        for (var count = 0; count < 30; count++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        await Wait.UntilAsync(() => proxy.Server.Metrics.SlowClients == 1, "the reader to be given up");
        await Wait.UntilAsync(() => proxy.Server.Metrics.ConnectionsOpen == 0, "its connection to be closed");
    }

    [Fact]
    public async Task Reader_above_the_rate_gets_its_answer_whole_though_it_takes_many_times_the_timeout()
    {
        const int length = 3_000_000;
        await using var backend = RawBackend.Answering(static (_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { ClientTimeout = Soon * 3, MinClientRate = 5000 });
        using var client = await ConnectWithSmallBufferAsync(proxy, 65536);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        for (var left = length; left > 0; left -= 75_000)
        {
            await client.ReadExactlyAsync(75_000);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, proxy.Server.Metrics.SlowClients);
    }

    private static async Task DripAsync(RawClient client, string drop, Task<RawResponse> answer)
    {
        var patience = Stopwatch.StartNew();
        try
        {
            while (!answer.IsCompleted)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "the dripping client still has its connection");
                await client.SendAsync(drop);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // Closed while we sent: the answer was read before.
        }
    }

    private static async Task<RawClient> ConnectWithSmallBufferAsync(RunningProxy proxy, int bytes = 4096)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = bytes };
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpPort, TestContext.Current.CancellationToken);
        return new RawClient(new NetworkStream(socket, ownsSocket: true));
    }
}

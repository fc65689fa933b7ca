using System.Net;
using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task Refused_endpoint_is_skipped_for_the_next_one()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        proxy.Endpoints("app", FreePort(), backend.Port);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 6; count++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }

        Assert.True(proxy.Server.Metrics.UpstreamConnectFailures > 0);
    }

    [Fact]
    public async Task Only_refusing_endpoints_are_502_and_the_connection_stays()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        proxy.Endpoints("app", FreePort());
        using var client = await proxy.ConnectAsync();
        Assert.Equal(502, (await client.GetAsync()).Status);
        proxy.Endpoints("app", backend.Port);
        Assert.Equal(200, (await client.GetAsync()).Status);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("")]
    public async Task Upstream_that_speaks_no_clear_http_is_502(string answer)
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync(answer);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        Assert.Equal(502, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Kept_connection_that_the_upstream_closed_is_replaced_without_an_error()
    {
        // Answers once per connection and closes it a moment after: every reuse meets a stale connection.
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 200; count++)
        {
            Assert.Equal(200, (await client.GetAsync()).Status);
        }
    }

    [Fact]
    public async Task Idempotent_request_on_a_stale_connection_is_sent_again_and_others_are_not()
    {
        // The second request on a connection is read and left without an answer.
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await conversation.ReadRequestAsync();
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var client = await proxy.ConnectAsync();
        Assert.Equal(200, (await client.GetAsync()).Status);
        Assert.Equal(200, (await client.GetAsync()).Status);
        Assert.Equal(1, proxy.Server.Metrics.UpstreamReplays);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Silent_upstream_is_504()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.ReadExactlyAsync(1);
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { UpstreamReadTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = await proxy.ConnectAsync();
        Assert.Equal(504, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Head_that_does_not_end_is_408_and_an_idle_connection_is_closed_silently()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions
        {
            HeadTimeout = TimeSpan.FromMilliseconds(100),
            IdleTimeout = TimeSpan.FromMilliseconds(100),
        });
        using var slow = await proxy.ConnectAsync();
        await slow.SendAsync("GET / HT");
        Assert.Equal(408, (await slow.ReadResponseAsync()).Status);
        using var idle = await proxy.ConnectAsync();
        Assert.Equal(200, (await idle.GetAsync()).Status);
        Assert.Equal("", await idle.ReadToEndAsync());
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n", 400)]
    [InlineData("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405)]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    public async Task Client_fault_has_its_status_and_ends_the_connection(string request, int status)
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { MaxRequestBodyBytes = 10 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync(request);
        var response = await client.ReadResponseAsync();
        Assert.Equal(status, response.Status);
        Assert.Contains("Connection: close\r\n", response.Head, StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Long_line_is_414_and_long_head_is_431()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        using var line = await proxy.ConnectAsync();
        await line.SendAsync($"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(414, (await line.ReadResponseAsync()).Status);
        using var head = await proxy.ConnectAsync();
        await head.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', 40_000)}\r\n\r\n");
        Assert.Equal(431, (await head.ReadResponseAsync()).Status);
        using var many = await proxy.ConnectAsync();
        await many.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 101))}\r\n");
        Assert.Equal(431, (await many.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Exception_in_one_connection_closes_that_one_and_the_loop_goes_on()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        proxy.ExpectedLoopExceptions = 1;
        proxy.Server.Shared.RequestProbe = static path =>
        {
            if (path.SequenceEqual("/poison"u8))
            {
                throw new InvalidOperationException("injected");
            }
        };
        using var good = await proxy.ConnectAsync();
        using var bad = await proxy.ConnectAsync();
        Assert.Equal(200, (await good.GetAsync()).Status);
        await bad.SendAsync("GET /poison HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("", await bad.ReadToEndAsync());
        Assert.Equal(200, (await good.GetAsync()).Status);
        Assert.Equal(1, proxy.Server.Metrics.LoopExceptions);
    }

    [Fact]
    public async Task Port_in_use_is_one_clear_message()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var server = new ProxyServer(
            new ProxyOptions { HttpPort = port }, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var error = Assert.Throws<IOException>(server.Start);
        Assert.Contains($"127.0.0.1:{port} is in use", error.Message, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

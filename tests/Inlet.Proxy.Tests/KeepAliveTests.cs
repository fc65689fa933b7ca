namespace Inlet.Proxy.Tests;

public sealed class KeepAliveTests
{
    [Fact]
    public async Task Client_connection_is_closed_politely_after_its_last_request()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { MaxRequestsPerConnection = 3 });
        using var client = await proxy.ConnectAsync();
        for (var count = 1; count <= 3; count++)
        {
            var response = await client.GetAsync();
            Assert.Equal(200, response.Status);
            Assert.Equal(count == 3, response.Head.Contains("Connection: close", StringComparison.Ordinal));
        }

        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Upstream_connection_is_replaced_after_its_last_request()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { MaxRequestsPerUpstreamConnection = 2 });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 6; count++)
        {
            Assert.Equal(200, (await client.GetAsync()).Status);
        }

        Assert.Equal(3, backend.Connections);
    }

    [Fact]
    public async Task Upstream_connection_past_its_lifetime_carries_no_further_request()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { UpstreamConnectionLifetime = TimeSpan.Zero });
        using var client = await proxy.ConnectAsync();
        await client.GetAsync();
        await client.GetAsync();
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task Head_that_begins_behind_another_request_has_its_own_time()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { HeadTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /sl");
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        Assert.Equal(408, (await client.ReadResponseAsync()).Status);
        Assert.Contains("Client 127.0.0.1 was answered 408: 7 bytes of a request head and not its end: request line \"GET /sl\"", proxy.Log.Lines);
    }

    [Fact]
    public async Task Refused_heads_are_logged_with_their_offender_and_not_without_bound()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        for (var count = 0; count < 50; count++)
        {
            using var client = await proxy.ConnectAsync();
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nX-Short: 1\r\nX-Long: {new string('a', 40_000)}\r\n\r\n");
            Assert.Equal(431, (await client.ReadResponseAsync()).Status);
        }

        Assert.Contains(proxy.Log.Lines, static line => line.StartsWith(
            "Client 127.0.0.1 was answered 431: HeadTooLarge: 3 fields, longest \"X-Long\" with ", StringComparison.Ordinal));
        Assert.InRange(proxy.Log.Lines.Count(static line => line.Contains("431", StringComparison.Ordinal)), 1, 49);
    }
}

namespace Inlet.Proxy.Tests;

public sealed class ForwardingTests
{
    [Fact]
    public async Task Request_is_forwarded_and_answered_on_one_connection_many_times()
    {
        await using var backend = RawBackend.Answering((head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 20; count++)
        {
            var response = await client.GetAsync("/a/../b//c?x=1");
            Assert.Equal(200, response.Status);
            Assert.StartsWith("GET /b/c?x=1 HTTP/1.1\r\nHost: app.test\r\n", response.Body);
            Assert.Contains("X-Forwarded-For: 127.0.0.1\r\n", response.Body);
            Assert.Contains("X-Forwarded-Proto: http\r\n", response.Body);
        }

        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Chunked_bodies_pass_both_ways()
    {
        await using var backend = RawBackend.Answering((_, body) =>
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 3; count++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            await client.SendAsync("6;x=y\r\n world\r\n0\r\nTrailer: no\r\n\r\n");
            var response = await client.ReadResponseAsync();
            Assert.Equal("abchello world", response.Body);
        }
    }

    [Fact]
    public async Task Route_without_endpoints_is_503_and_unknown_host_is_404_and_the_connection_stays()
    {
        await using var proxy = new RunningProxy();
        proxy.Publish(RunningProxy.Host("known.test", RunningProxy.RouteTo("app")));
        using var client = await proxy.ConnectAsync();
        Assert.Equal(503, (await client.GetAsync(host: "known.test")).Status);
        Assert.Equal(404, (await client.GetAsync(host: "other.test")).Status);
        Assert.Equal(503, (await client.GetAsync(host: "KNOWN.test:80")).Status);
    }
}

namespace Inlet.Proxy.Tests;

public sealed class LifetimeTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData(AccessLogFormat.Json, false)]
    [InlineData(AccessLogFormat.Combined, true)]
    public async Task Steady_request_path_allocates_nothing(AccessLogFormat? log, bool traced)
    {
        await using var backend = RawBackend.Answering((_, body) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions
        {
            Loops = 1,
            MaxRequestsPerConnection = int.MaxValue,
            Tracing = traced ? new TracingOptions(0) : null,
            AccessLog = log is { } format ? new AccessLogOptions(format, Stream.Null) : null,
        });
        using var client = await proxy.ConnectAsync();
        await RequestsAsync(client, 300);
        var before = proxy.Server.Loops[0].MeasureAllocation();
        await RequestsAsync(client, 1000);
        var after = proxy.Server.Loops[0].MeasureAllocation();
        Assert.Equal(0, after - before);
    }

    [Fact]
    public async Task Drain_finishes_what_is_in_flight_and_closes_the_rest()
    {
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var backend = new RawBackend(async conversation =>
        {
            while (await conversation.ReadRequestAsync() is not null)
            {
                reached.TrySetResult();
                await go.Task.WaitAsync(TimeSpan.FromSeconds(20));
                await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        // One loop: its listener is closed before its idle connections are, so the refused connect below is certain.
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var idle = await proxy.ConnectAsync();
        using var busy = await proxy.ConnectAsync();
        await busy.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await reached.Task;
        using var late = await proxy.ConnectAsync();
        var drain = proxy.Server.DrainAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var last = await late.GetAsync("/%zz");
        Assert.Contains("Connection: close", last.Head, StringComparison.Ordinal);
        Assert.Equal("", await idle.ReadToEndAsync());
        Assert.False(drain.IsCompleted);
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(proxy.ConnectAsync);
        go.SetResult();
        var response = await busy.ReadResponseAsync();
        Assert.Contains("Connection: close", response.Head, StringComparison.Ordinal);
        busy.Dispose();
        await drain;
        Assert.Equal(0, proxy.Server.Metrics.ConnectionsOpen);
    }

    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.GetAsync();
        await client.GetAsync();
        using var text = new StringWriter();
        proxy.Server.Metrics.WritePrometheus(text);
        Assert.Contains("inlet_requests_total{code=\"2xx\"} 2\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("inlet_upstream_connects_total 1\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("inlet_table_publishes_total 1\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("inlet_upstream_duration_seconds_count 2\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_are_counted_by_the_name_they_were_configured_with_and_unknown_ones_together()
    {
        await using var backend = RawBackend.Saying("hello");
        await using var proxy = RunningProxy.To(backend);
        proxy.Publish(
            RunningProxy.Host("a.test", RunningProxy.RouteTo("app")), RunningProxy.Host("*.b.test", RunningProxy.RouteTo("app")));
        using var client = await proxy.ConnectAsync();
        foreach (var host in new[] { "a.test", "x.b.test", "y.b.test", "evil1.test", "evil2.test" })
        {
            await client.GetAsync(host: host);
        }

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody");
        await client.ReadResponseAsync();
        await client.GetAsync(host: "a.test");
        using var writer = new StringWriter();
        proxy.Server.Metrics.WritePrometheus(writer);
        var text = writer.ToString();
        Assert.Contains("inlet_host_requests_total{host=\"a.test\",code=\"2xx\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("inlet_host_requests_total{host=\"*.b.test\",code=\"2xx\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("inlet_host_requests_total{host=\"\",code=\"4xx\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("inlet_host_received_bytes_total{host=\"a.test\"} 4\n", text, StringComparison.Ordinal);
        Assert.Contains("inlet_request_duration_seconds_count{host=\"*.b.test\"} 2\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ipv4_client_of_an_ipv6_listener_is_named_by_its_ipv4_address()
    {
        await using var backend = RawBackend.Answering((head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Bind = System.Net.IPAddress.IPv6Any });
        using var client = await proxy.ConnectAsync();
        Assert.Contains("X-Forwarded-For: 127.0.0.1\r\n", (await client.GetAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_may_finish_sending_before_it_reads_the_answer()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.ShutdownSend();
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    private static async Task RequestsAsync(RawClient client, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await client.SendAsync("POST /a//b HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\nCookie: a=b\r\n\r\nabc");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }
    }
}

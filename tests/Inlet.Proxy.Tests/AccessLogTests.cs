using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Inlet.Proxy.Tests;

public sealed partial class AccessLogTests
{
    [Fact]
    public async Task Json_line_tells_the_whole_story_of_a_request()
    {
        using var output = new MemoryStream();
        await using var backend = RawBackend.Saying("hello");
        await using (var proxy = Logging(backend, AccessLogFormat.Json, output))
        {
            using var client = await proxy.ConnectAsync();
            await client.SendAsync("POST /a//b?c=\"d HTTP/1.1\r\nHost: app.test\r\nUser-Agent: \t\"x\\\"\xff\r\nReferer: http://r/\r\nContent-Length: 3\r\n\r\nabc");
            await client.ReadResponseAsync();
        }

        var line = Assert.Single(Lines(output));
        var entry = JsonNode.Parse(line)!;
        Assert.Equal("127.0.0.1", (string?)entry["client"]);
        Assert.Equal("POST", (string?)entry["method"]);
        Assert.Equal("app.test", (string?)entry["host"]);
        Assert.Equal("/a//b?c=\"d", (string?)entry["target"]);
        Assert.Equal("\"x\\\"\u00ff", (string?)entry["user_agent"]);
        Assert.Equal("http://r/", (string?)entry["referer"]);
        Assert.Equal("default/test", (string?)entry["ingress"]);
        Assert.Equal("default/app:80", (string?)entry["backend"]);
        Assert.Equal($"127.0.0.1:{backend.Port}", (string?)entry["endpoint"]);
        Assert.Equal((200, 5, 3, 1), ((int)entry["status"]!, (int)entry["bytes_sent"]!, (int)entry["bytes_received"]!, (int)entry["tries"]!));
        Assert.Equal(32, ((string)entry["request_id"]!).Length);
        Assert.True((double)entry["duration_ms"]! >= (double)entry["endpoint_ms"]!);
        Assert.InRange(DateTimeOffset.Parse((string)entry["time"]!), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task Route_that_wants_no_log_leaves_no_line()
    {
        using var output = new MemoryStream();
        await using var backend = RawBackend.Saying("hello");
        await using (var proxy = Logging(backend, AccessLogFormat.Json, output))
        {
            proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app"), RunningProxy.RouteTo("app", "/quiet") with { Policies = new Inlet.Model.RoutePolicies { Unlogged = true } }));
            using var client = await proxy.ConnectAsync();
            await client.GetAsync("/quiet");
            await client.GetAsync("/loud");
            await client.GetAsync("/quiet/x");
        }

        Assert.Equal("/loud", (string?)JsonNode.Parse(Assert.Single(Lines(output)))!["target"]);
    }

    [Fact]
    public async Task Combined_line_is_what_every_log_reader_knows()
    {
        using var output = new MemoryStream();
        await using var backend = RawBackend.Saying("hello");
        await using (var proxy = Logging(backend, AccessLogFormat.Combined, output))
        {
            using var client = await proxy.ConnectAsync();
            await client.GetAsync("/x?y", fields: "User-Agent: a\"b\r\n");
        }

        var line = Assert.Single(Lines(output));
        Assert.Matches(Combined(), line);
        Assert.EndsWith("\"GET /x?y HTTP/1.1\" 200 5 \"-\" \"a\\x22b\"", line);
    }

    [Fact]
    public async Task Failures_and_refusals_are_named()
    {
        using var output = new MemoryStream();
        await using var backend = RawBackend.Saying("hello");
        await using (var proxy = Logging(backend, AccessLogFormat.Json, output))
        {
            using var client = await proxy.ConnectAsync();
            proxy.Endpoints("app");
            await client.GetAsync("/none");
            proxy.Publish();
            await client.GetAsync("/nowhere");
            await client.SendAsync("GET /bad\x01 HTTP/1.1\r\n\r\n");
            await client.ReadResponseAsync();
        }

        var entries = Lines(output).Select(static line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(["NoEndpoints", "NoRoute", "BadRequest"], entries.Select(static entry => (string?)entry["failure"]));
        Assert.Equal([503, 404, 400], entries.Select(static entry => (int)entry["status"]!));
        Assert.Equal("GET /bad\u0001 HTTP/1.1", (string?)entries[2]["request_line"]);
    }

    [Fact]
    public async Task Client_that_gave_up_is_499()
    {
        using var output = new MemoryStream();
        var reached = new TaskCompletionSource();
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            reached.SetResult();
            await conversation.ReadRequestAsync();
        });
        await using (var proxy = Logging(backend, AccessLogFormat.Json, output))
        {
            using (var client = await proxy.ConnectAsync())
            {
                await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                await reached.Task;
                client.Reset();
            }

            await Wait.UntilAsync(() => proxy.Server.Metrics.ClientAborts == 1, "the abort to be counted");
        }

        Assert.Equal(499, (int)JsonNode.Parse(Assert.Single(Lines(output)))!["status"]!);
    }

    [Fact]
    public async Task Output_that_blocks_delays_no_request_and_what_has_no_room_is_counted()
    {
        using var output = new BlockedStream();
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions
        {
            Loops = 1,
            AccessLog = new AccessLogOptions(AccessLogFormat.Json, output) { BufferBytes = 65536 },
        });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 500; count++)
        {
            Assert.Equal(200, (await client.GetAsync()).Status);
        }

        Assert.InRange(proxy.Server.Metrics.AccessLogDropped, 1, 499);
        output.Release();
    }

    [Fact]
    public async Task Longest_possible_fields_still_make_one_valid_line()
    {
        using var output = new MemoryStream();
        await using var backend = RawBackend.Saying("ok");
        await using (var proxy = Logging(backend, AccessLogFormat.Json, output))
        {
            using var client = await proxy.ConnectAsync();
            var bad = new string('"', 7000);
            Assert.Equal(200, (await client.GetAsync("/" + bad, fields: $"User-Agent: {bad}\r\nReferer: {new string('\u00e4', 7000)}\r\n")).Status);
        }

        Assert.StartsWith("/\"\"", (string?)JsonNode.Parse(Assert.Single(Lines(output)))!["target"]);
    }

    [Fact]
    public void Ring_gives_back_exactly_what_fitted_across_its_seam()
    {
        var ring = new LogRing(64);
        var random = new Random(3);
        var written = new List<byte>();
        var read = new List<byte>();
        for (var round = 0; round < 2000; round++)
        {
            var line = new byte[random.Next(1, 40)];
            random.NextBytes(line);
            var dropped = ring.Dropped;
            ring.Write(line, out _);
            if (ring.Dropped == dropped)
            {
                written.AddRange(line);
            }

            if (random.Next(2) == 0)
            {
                var piece = ring.Peek();
                read.AddRange(piece.Span);
                ring.Advance(piece.Length);
            }
        }

        for (var piece = ring.Peek(); !piece.IsEmpty; piece = ring.Peek())
        {
            read.AddRange(piece.Span);
            ring.Advance(piece.Length);
        }

        Assert.True(ring.Dropped > 0);
        Assert.Equal(written, read);
    }

    private static RunningProxy Logging(RawBackend backend, AccessLogFormat format, Stream output) =>
        RunningProxy.To(backend, new ProxyOptions { Loops = 1, AccessLog = new AccessLogOptions(format, output) });

    private static string[] Lines(MemoryStream output) =>
        Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("""^127\.0\.0\.1 - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\] "[^"]*" \d{3} \d+ "[^"]*" "[^"]*"$""")]
    private static partial Regex Combined();

    private sealed class BlockedStream : MemoryStream
    {
        private readonly TaskCompletionSource _released = new();

        public void Release() => _released.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await _released.Task;
    }
}

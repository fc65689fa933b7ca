using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Inlet.Proxy.Tests;

public sealed partial class TracingTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{Trace}-b7ad6b7169203331-";

    [Fact]
    public async Task Without_tracing_the_fields_pass_as_they_are()
    {
        var head = await ForwardedHeadAsync(null, $"traceparent: {Parent}01\r\ntracestate: a=b\r\n");
        Assert.Contains($"traceparent: {Parent}01\r\ntracestate: a=b\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public async Task Trace_of_the_client_is_continued_with_its_state_and_its_decision(string flags)
    {
        var head = await ForwardedHeadAsync(new TracingOptions(0), $"traceparent: {Parent}{flags}\r\ntracestate: a=b\r\n");
        var sent = Assert.Single(TraceParents().Matches(head));
        Assert.Equal((Trace, flags), (sent.Groups[1].Value, sent.Groups[3].Value));
        Assert.NotEqual("b7ad6b7169203331", sent.Groups[2].Value);
        Assert.Contains("tracestate: a=b\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("traceparent: nonsense\r\ntracestate: a=b\r\n", true)]
    [InlineData($"traceparent: {Parent}01\r\ntraceparent: {Parent}01\r\ntracestate: a=b\r\n", true)]
    [InlineData($"traceparent: {Parent}01\r\ntracestate: a=b\r\n", false)]
    public async Task Trace_is_begun_where_there_is_none_to_continue(string fields, bool trustIncoming)
    {
        var head = await ForwardedHeadAsync(new TracingOptions(0, trustIncoming), fields);
        var sent = Assert.Single(TraceParents().Matches(head));
        Assert.NotEqual(Trace, sent.Groups[1].Value);
        Assert.Equal("00", sent.Groups[3].Value);
        Assert.DoesNotContain("tracestate", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_request_is_a_span_that_the_endpoint_is_the_child_of()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == RequestTraces.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var backend = RawBackend.Answering(static (head, _) =>
            $"HTTP/1.1 {(head.Contains("/bad", StringComparison.Ordinal) ? 500 : 200)} X\r\nContent-Length: {head.Length}\r\n\r\n{head}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, Tracing = new TracingOptions(1) });
        using var client = await proxy.ConnectAsync();
        var known = Guid.NewGuid().ToString("N");
        var first = await client.GetAsync("/good?q=1", fields: $"traceparent: 00-{known}-b7ad6b7169203331-01\r\n");
        var second = await client.GetAsync("/bad");

        await Wait.UntilAsync(() => Ours().Length == 2, "both spans to end");
        var (good, bad) = (Ours()[0], Ours()[1]);
        Assert.Equal(known, good.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", good.ParentSpanId.ToHexString());
        Assert.Contains($"traceparent: 00-{known}-{good.SpanId.ToHexString()}-01\r\n", first.Body, StringComparison.Ordinal);
        Assert.Equal(("GET /", ActivityKind.Server, ActivityStatusCode.Unset), (good.DisplayName, good.Kind, good.Status));
        Assert.Equal("/good", good.GetTagItem("url.path"));
        Assert.Equal(200, good.GetTagItem("http.response.status_code"));
        Assert.Equal($"127.0.0.1:{backend.Port}", good.GetTagItem("inlet.endpoint"));
        Assert.Equal(default, bad.ParentSpanId);
        Assert.Contains($"traceparent: 00-{bad.TraceId.ToHexString()}-{bad.SpanId.ToHexString()}-01\r\n", second.Body, StringComparison.Ordinal);
        Assert.Equal((ActivityStatusCode.Error, "500"), (bad.Status, bad.GetTagItem("error.type")));

        // Other tests' proxies have endpoints of their own.
        Activity[] Ours() => [.. spans.Where(span => (string?)span.GetTagItem("inlet.endpoint") == $"127.0.0.1:{backend.Port}")];
    }

    [Fact]
    public async Task So_many_requests_are_recorded_as_the_rate_says()
    {
        var recorded = 0;
        await using var backend = RawBackend.Answering((head, _) =>
        {
            recorded += head.Contains("-01\r\n", StringComparison.Ordinal) ? 1 : 0;
            return "HTTP/1.1 204 No Content\r\n\r\n";
        });
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == RequestTraces.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, Tracing = new TracingOptions(0.25), MaxRequestsPerConnection = 10_000 });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 2000; count++)
        {
            await client.GetAsync();
        }

        Assert.InRange(recorded, 350, 650);
    }

    private static async Task<string> ForwardedHeadAsync(TracingOptions? options, string fields)
    {
        await using var backend = RawBackend.Answering(static (head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, Tracing = options });
        using var client = await proxy.ConnectAsync();
        return (await client.GetAsync(fields: fields)).Body;
    }

    [GeneratedRegex("\r\ntraceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\r\n")]
    private static partial Regex TraceParents();
}

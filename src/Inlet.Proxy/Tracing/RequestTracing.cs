using System.Diagnostics;
using System.Globalization;
using System.Text;
using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// One loop's traces: a server span per recorded request, by OpenTelemetry's names for HTTP. A request that is not recorded gets
/// its <c>traceparent</c> all the same, and costs no allocation. Ended spans are handed to the listeners, which export elsewhere.
/// </summary>
internal sealed class RequestTracing(TracingOptions options, IdSource ids)
{
    private static readonly ActivitySource Source = new(RequestTraces.SourceName);

    private readonly byte[] _text = new byte[TraceParent.TextLength];

    /// <summary>Begins the trace of a request, or continues its client's.</summary>
    public void Begin(ClientConnection client, RequestHead request, ReadOnlySpan<byte> source, CompiledRoute? route)
    {
        var continues = TraceParent.TryParse(options.TrustIncoming ? request.TraceParent(source) : default, out var parent);
        client.ContinuesTrace = continues;
        var recorded = continues ? parent.Sampled : options.SampleRate > 0 && ids.NextShare() < options.SampleRate;
        client.Span = recorded ? Record(client, request, source, route, continues ? parent : null) : null;
        client.Trace = client.Span is { } span ? ContextOf(span)
            : continues ? parent with { Span = ids.Next() } : new TraceParent(ids.Next(), ids.Next(), ids.Next(), false);
    }

    /// <summary>The field's value for the endpoint; valid until the next request of the loop.</summary>
    public ReadOnlySpan<byte> TextFor(ClientConnection client)
    {
        client.Trace.Write(_text);
        return _text;
    }

    public static void End(ClientConnection client)
    {
        if (client.Span is not { } span)
        {
            return;
        }

        client.Span = null;
        span.SetTag("http.response.status_code", client.Status);
        if (client.Endpoint is { } endpoint)
        {
            span.SetTag("inlet.endpoint", Encoding.ASCII.GetString(endpoint.Text));
            span.SetTag("inlet.tries", client.Tries);
            if (client.UpstreamMicroseconds >= 0)
            {
                span.SetTag("inlet.endpoint.duration", client.UpstreamMicroseconds / 1e6);
            }
        }

        if (client.Status >= 500)
        {
            span.SetStatus(ActivityStatusCode.Error);
            span.SetTag("error.type", client.Failure == Failure.None ? client.Status.ToString(CultureInfo.InvariantCulture) : client.Failure.ToString());
        }

        span.Stop();
    }

    private static Activity? Record(ClientConnection client, RequestHead request, ReadOnlySpan<byte> source, CompiledRoute? route, TraceParent? parent)
    {
        var context = parent is { } known
            ? new ActivityContext(
                ActivityTraceId.CreateFromString($"{known.TraceHigh:x16}{known.TraceLow:x16}"), ActivitySpanId.CreateFromString($"{known.Span:x16}"),
                ActivityTraceFlags.Recorded, isRemote: true)
            : default;
        var method = Encoding.ASCII.GetString(source[..request.MethodLength]);
        var template = route?.Route.Path.Path;
        var span = Source.CreateActivity(template is null ? method : $"{method} {template}", ActivityKind.Server, context);
        if (span is null)
        {
            return null;
        }

        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", client.Tls ? "https" : "http");
        span.SetTag("url.path", Encoding.ASCII.GetString(request.Path(source)));
        span.SetTag("server.address", Encoding.ASCII.GetString(request.Host(source)));
        span.SetTag("client.address", Encoding.ASCII.GetString(client.ClientText));
        span.SetTag("network.protocol.version", request.IsHttp10 ? "1.0" : "1.1");
        span.SetTag("http.route", template);
        span.Start();
        // The loop serves others before this one is done: nothing here is anybody's current span.
        Activity.Current = null;
        return span;
    }

    private static TraceParent ContextOf(Activity span)
    {
        Span<byte> trace = stackalloc byte[16];
        Span<byte> id = stackalloc byte[8];
        span.TraceId.CopyTo(trace);
        span.SpanId.CopyTo(id);
        return new TraceParent(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(trace), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(trace[8..]),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(id), true);
    }
}

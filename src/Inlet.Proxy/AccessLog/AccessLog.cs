using System.Buffers;
using System.Buffers.Text;
using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// One loop's access log. What a request says about itself is put into a small buffer of its connection while its bytes are
/// still there; the rest joins it when the answer is out, and the line goes into the loop's ring.
/// </summary>
internal sealed class AccessLog(AccessLogFormat format, AccessLogWriter writer, LogRing ring, TimeProvider time)
{
    // Budgets of what others choose. Together with all fixed text they stay below BufferPool.SmallBytes.
    private const int TargetBudget = 1800;
    private const int RefererBudget = 600;
    private const int AgentBudget = 500;
    private const int HostBudget = 260;
    private const int NameBudget = 200;

    private readonly bool _json = format == AccessLogFormat.Json;
    private readonly byte[] _line = new byte[BufferPool.SmallBytes + 1024];

    /// <summary>Keeps what the request says of itself. <see cref="ClientConnection.LogText"/> must be a small buffer.</summary>
    public void Begin(ClientConnection client, RequestHead head, ReadOnlySpan<byte> source, CompiledRoute? route)
    {
        var text = new LogText(client.LogText, _json);
        var method = source[..head.MethodLength];
        var target = source[(head.MethodLength + 1)..];
        target = target[..target.IndexOf((byte)' ')];
        var agent = head.Block.Find(source, "user-agent"u8);
        var referer = head.Block.Find(source, "referer"u8);
        if (!_json)
        {
            text.Escaped(method, 20);
            text.Raw(" "u8);
            text.Escaped(target, TargetBudget);
            text.Raw(head.IsHttp10 ? " HTTP/1.0"u8 : " HTTP/1.1"u8);
            Combined(client, referer, agent, ref text);
            return;
        }

        text.Raw(",\"request_id\":"u8);
        text.Quoted(RequestId(client, head, source), 64);
        text.Raw(",\"method\":"u8);
        text.Quoted(method, 20);
        text.Raw(",\"host\":"u8);
        text.Quoted(head.HostField(source), HostBudget);
        text.Raw(",\"target\":"u8);
        text.Quoted(target, TargetBudget);
        text.Raw(head.IsHttp10 ? ",\"protocol\":\"HTTP/1.0\""u8 : ",\"protocol\":\"HTTP/1.1\""u8);
        text.Raw(client.Tls ? ",\"tls\":true,\"user_agent\":"u8 : ",\"tls\":false,\"user_agent\":"u8);
        text.Quoted(agent, AgentBudget);
        text.Raw(",\"referer\":"u8);
        text.Quoted(referer, RefererBudget);
        if (route is not null)
        {
            text.Raw(",\"ingress\":\""u8);
            text.Name(route.Route.Source.Namespace, NameBudget);
            text.Raw("/"u8);
            text.Name(route.Route.Source.Name, NameBudget);
            text.Raw("\""u8);
        }

        client.LogLength = text.Length;
    }

    /// <summary>A head that could not be parsed: its first line, as far as it is there.</summary>
    public void BeginRefused(ClientConnection client, ReadOnlySpan<byte> source)
    {
        var end = source.IndexOfAny((byte)'\r', (byte)'\n');
        var line = end < 0 ? source : source[..end];
        var text = new LogText(client.LogText, _json);
        if (!_json)
        {
            text.Escaped(line, TargetBudget);
            Combined(client, default, default, ref text);
            return;
        }

        text.Raw(",\"request_line\":"u8);
        text.Quoted(line, TargetBudget);
        client.LogLength = text.Length;
    }

    /// <summary>Puts the line into the ring.</summary>
    /// <param name="backend">Null when the request got no further than us.</param>
    public void End(ClientConnection client, BackendKey? backend, long microseconds)
    {
        var text = new LogText(_line, _json);
        var kept = client.LogText.AsSpan(0, client.LogLength);
        if (_json)
        {
            EndJson(client, kept, backend, microseconds, ref text);
        }
        else
        {
            EndCombined(client, kept, ref text);
        }

        ring.Write(text.Written, out var halfFull);
        if (halfFull)
        {
            writer.Hurry();
        }
    }

    private void EndJson(ClientConnection client, ReadOnlySpan<byte> kept, BackendKey? backend, long microseconds, ref LogText text)
    {
        Span<byte> now = stackalloc byte[40];
        Utf8Formatter.TryFormat(time.GetUtcNow().UtcDateTime, now, out _, new StandardFormat('O'));
        text.Raw("{\"time\":\""u8);
        text.Raw(now[..23]);
        text.Raw("Z\",\"client\":\""u8);
        text.Raw(client.ClientText);
        text.Raw("\""u8);
        text.Raw(kept);
        text.Raw(",\"status\":"u8);
        text.Number(client.Status);
        if (client.Failure != Failure.None)
        {
            text.Raw(",\"failure\":\""u8);
            text.Raw(FailureNames.Of(client.Failure));
            text.Raw("\""u8);
        }

        text.Raw(",\"bytes_sent\":"u8);
        text.Number(client.AnswerBodyBytes);
        text.Raw(",\"bytes_received\":"u8);
        text.Number(client.RequestBytes);
        text.Raw(",\"duration_ms\":"u8);
        text.Milliseconds(microseconds);
        if (backend is not null)
        {
            text.Raw(",\"backend\":\""u8);
            text.Name(backend.Namespace, NameBudget);
            text.Raw("/"u8);
            text.Name(backend.Service, NameBudget);
            text.Raw(":"u8);
            text.Name(backend.Port, NameBudget);
            text.Raw("\""u8);
        }

        if (client.Endpoint is { } endpoint)
        {
            text.Raw(",\"endpoint\":\""u8);
            text.Raw(endpoint.Text);
            text.Raw("\",\"tries\":"u8);
            text.Number(client.Tries);
            if (client.UpstreamMicroseconds >= 0)
            {
                text.Raw(",\"endpoint_ms\":"u8);
                text.Milliseconds(client.UpstreamMicroseconds);
            }
        }

        text.Raw("}\n"u8);
    }

    private void EndCombined(ClientConnection client, ReadOnlySpan<byte> kept, ref LogText text)
    {
        text.Raw(client.ClientText);
        text.Raw(" - - ["u8);
        var now = time.GetUtcNow();
        Span<byte> date = stackalloc byte[26];
        if (now.TryFormat(date, out var written, "dd/MMM/yyyy:HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture))
        {
            text.Raw(date[..written]);
        }

        text.Raw(" +0000] \""u8);
        text.Raw(kept[..client.LogSplit]);
        text.Raw("\" "u8);
        text.Number(client.Status);
        text.Raw(" "u8);
        text.Number(client.AnswerBodyBytes);
        text.Raw(" "u8);
        text.Raw(kept[client.LogSplit..]);
        text.Raw("\n"u8);
    }

    private static void Combined(ClientConnection client, ReadOnlySpan<byte> referer, ReadOnlySpan<byte> agent, ref LogText text)
    {
        client.LogSplit = text.Length;
        text.Quoted(referer.IsEmpty ? "-"u8 : referer, RefererBudget);
        text.Raw(" "u8);
        text.Quoted(agent.IsEmpty ? "-"u8 : agent, AgentBudget);
        client.LogLength = text.Length;
    }

    private static ReadOnlySpan<byte> RequestId(ClientConnection client, RequestHead head, ReadOnlySpan<byte> source)
    {
        foreach (ref readonly var field in head.Block.Fields)
        {
            if (client.TrustedPeer && field.Kind == FieldKind.XRequestId)
            {
                return field.Value(source);
            }
        }

        return client.RequestId;
    }
}

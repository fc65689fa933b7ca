using System.Text;
using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Copies of requests for a route's mirror. Bounded in size and number: what does not fit is not mirrored, and nobody waits.</summary>
internal sealed partial class EventLoop
{
    private const int MostMirrors = 512;
    private static readonly TimeSpan MirrorReadTimeout = TimeSpan.FromSeconds(10);

    private int _mirrors;

    /// <param name="path">As it went to the endpoint.</param>
    /// <param name="body">What went to the endpoint of the body already, framed as it is for the endpoint.</param>
    private void BeginMirror(ClientConnection client, RequestMirror mirror, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path, ReadOnlySpan<byte> body)
    {
        var scratch = ServiceScratch();
        if (_mirrors >= MostMirrors || !TryUrl(mirror.Target, Facts(client, source, path), scratch, out var length, out var authority, out var target, out var tls)
            || _shared.Services.Find(Encoding.ASCII.GetString(scratch.AsSpan()[authority]), tls) is not { } place || place.NeedsLookup(_now, static () => { }))
        {
            return;
        }

        var withBody = mirror.WithBody && _request.HasBody;
        var writer = new ByteWriter(scratch.AsSpan(length));
        WriteMirrorHead(client, mirror, source, scratch.AsSpan()[authority], scratch.AsSpan()[target], withBody, ref writer);
        if (writer.Overflowed || writer.Length + body.Length > BufferPool.LargeBytes)
        {
            return;
        }

        client.CopyTarget = place;
        client.Copy = _buffers.Rent(withBody ? BufferPool.LargeBytes : writer.Length);
        scratch.AsSpan(length, writer.Length).CopyTo(client.Copy);
        client.CopyLength = writer.Length;
        if (withBody)
        {
            AppendToMirror(client, body);
        }

        if (!withBody || client.RequestDone)
        {
            SendMirror(client);
        }
    }

    /// <summary>More of the body went to the endpoint.</summary>
    private void AppendToMirror(ClientConnection client, ReadOnlySpan<byte> body)
    {
        if (client.CopyLength + body.Length > client.Copy!.Length)
        {
            // Too large to be kept: half a request would be none.
            ReturnBuffer(ref client.Copy);
            return;
        }

        body.CopyTo(client.Copy.AsSpan(client.CopyLength));
        client.CopyLength += body.Length;
    }

    private void SendMirror(ClientConnection client)
    {
        if (client.Copy is not null)
        {
            var exchange = new ServiceExchange { Target = client.CopyTarget!, ToHead = client.ToHead, ReadTimeout = MirrorReadTimeout, IsMirror = true };
            _mirrors += StartService(exchange, client.Copy.AsSpan(0, client.CopyLength)) ? 1 : 0;
            ReturnBuffer(ref client.Copy);
        }
    }

    private void WriteMirrorHead(
        ClientConnection client, RequestMirror mirror, ReadOnlySpan<byte> source, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> target, bool withBody, ref ByteWriter writer)
    {
        writer.Append(source[.._request.MethodLength]);
        writer.Append(target is [(byte)'/', ..] ? " "u8 : " /"u8);
        writer.Append(target);
        writer.AppendField(" HTTP/1.1\r\nHost: "u8, mirror.Host.Length > 0 ? mirror.Host : authority);
        foreach (ref readonly var field in _request.Block.Fields)
        {
            if (field.Kind is FieldKind.Other or FieldKind.Cookie && !field.Nominated && client.Mechanisms!.RequestFilter?.Concerns(field.Name(source)) is not true)
            {
                writer.Append(source[field.NameStart..field.LineEnd]);
            }
        }

        writer.AppendField("X-Real-IP: "u8, client.ClientText);
        writer.AppendField("X-Forwarded-For: "u8, client.ClientText);
        writer.AppendField("X-Request-ID: "u8, client.RequestId);
        if (withBody && _request.Block.Chunked)
        {
            writer.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (withBody || _request.Block.ContentLength >= 0)
        {
            writer.Append("Content-Length: "u8);
            writer.Append(withBody ? _request.Block.ContentLength : 0);
            writer.Append("\r\n"u8);
        }

        writer.Append("\r\n"u8);
    }
}

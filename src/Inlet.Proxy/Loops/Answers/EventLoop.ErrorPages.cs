using System.Buffers.Text;
using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Answers that another backend makes in place of an error's own.</summary>
internal sealed partial class EventLoop
{
    private static readonly byte[] UnknownStatus = "X-Code: 000\r\n"u8.ToArray();

    /// <summary>Writes the request for the page now: when the error comes, the request's own head is long gone.</summary>
    private void PrepareErrorPage(ClientConnection client, ErrorPages pages, int backend, ReadOnlySpan<byte> source)
    {
        client.ErrorBackend = backend;
        if (backend < 0)
        {
            return;
        }

        var writer = new ByteWriter(_outgoing.AsSpan(0, LongestServiceHead));
        writer.Append(client.ToHead ? "HEAD / HTTP/1.1\r\n"u8 : "GET / HTTP/1.1\r\n"u8);
        // First, so that its place is known.
        writer.Append(UnknownStatus);
        writer.AppendField("Host: "u8, _request.HostField(source));
        writer.AppendField("X-Original-URI: "u8, source.Slice(_request.PathStart, _request.PathLength + _request.QueryLength));
        AppendErrorFacts(client, pages, source, ref writer);
        writer.AppendField("X-Request-ID: "u8, client.RequestId);
        writer.AppendField("X-Forwarded-For: "u8, client.ClientText);
        writer.Append("\r\n"u8);
        if (!writer.Overflowed)
        {
            client.ErrorRequest = _buffers.Rent(writer.Length);
            client.ErrorRequestLength = writer.Length;
            _outgoing.AsSpan(0, writer.Length).CopyTo(client.ErrorRequest);
        }
    }

    private void AppendErrorFacts(ClientConnection client, ErrorPages pages, ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        writer.AppendField("X-Format: "u8, _request.Block.Find(source, "Accept"u8));
        writer.Append(pages.Fields);
    }

    private bool TakesErrorPage(ClientConnection client, int status, bool byEndpoint) =>
        client.ErrorRequest is not null && !client.ErrorPage && client.Mechanisms!.ErrorPages!.Replaces(status, byEndpoint) && _backends.HasReady(client.ErrorBackend);

    /// <summary>The exchange begins anew, with the page's backend. Nothing of an answer has gone to the client yet.</summary>
    private bool AskForErrorPage(ClientConnection client, int status)
    {
        client.ErrorPage = true;
        client.Backend = client.ErrorBackend;
        client.Sticky = client.SetsSticky = client.WantsUpgrade = false;
        client.UpstreamTls = null;
        client.Endpoint = null;
        client.Tries = 0;
        client.Idempotent = true;
        if (!client.RequestDone)
        {
            // What is left of its body nobody will read.
            client.KeepAlive = false;
            client.RequestDone = true;
        }

        client.ResponseStarted = client.ResponseHeadDone = false;
        client.ResponseDecoder = default;
        var request = client.ErrorRequest!;
        var at = request.AsSpan(0, client.ErrorRequestLength).IndexOf(UnknownStatus) + "X-Code: "u8.Length;
        Utf8Formatter.TryFormat(status, request.AsSpan(at, 3), out _);
        ReturnBuffer(ref client.Replay);
        client.Replay = request;
        client.ReplayLength = client.ErrorRequestLength;
        client.ErrorRequest = null;
        client.Phase = ClientPhase.Exchange;
        _backends.CountRequest(client.Backend);
        return SendToUpstream(client, request.AsSpan(0, client.ReplayLength));
    }

    /// <summary>Lets the endpoint go whose answer is not wanted; where all of it is here already, to serve the next one.</summary>
    private bool ReplaceAnswer(ClientConnection client, UpstreamConnection upstream, int bodyBytes)
    {
        CountUpstreamAnswer(client);
        EndpointAnswered(client, upstream.Endpoint, _response.Status);
        var isWhole = _response.FramingFor(client.ToHead) switch
        {
            BodyFraming.None => bodyBytes == 0,
            BodyFraming.Length => bodyBytes == _response.Block.ContentLength,
            _ => false,
        };
        upstream.KeepAlive = isWhole && _response.KeepAlive;
        Release(client, upstream);
        return AskForErrorPage(client, _response.Status);
    }

    /// <summary>
    /// The backend that takes requests while a route's own has no endpoints, with what it is told besides; the request stays as it is.
    /// </summary>
    private ReadOnlySpan<byte> StandIn(ClientConnection client, CompiledRoute route, ReadOnlySpan<byte> source)
    {
        client.Backend = route.ErrorBackend;
        client.ErrorPage = true;
        client.Sticky = client.SetsSticky = false;
        client.UpstreamTls = null;
        _requestFields = _requestFields.Length > 0 ? _requestFields : new byte[56 * 1024];
        var writer = new ByteWriter(_requestFields);
        writer.Append("X-Code: 503\r\n"u8);
        AppendErrorFacts(client, client.Mechanisms!.ErrorPages!, source, ref writer);
        return writer.Overflowed ? default : _requestFields.AsSpan(0, writer.Length);
    }
}

using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>
/// The bytes of a WebSocket's binary messages, one after the other. Not the class library's own stream: for that an empty
/// message is the end, and kubectl sends one with each frame that has no data.
/// </summary>
internal sealed class TunnelStream(WebSocket socket) : AsyncStream
{
    /// <summary>
    /// Accepts the WebSocket by hand: the class library takes no sub-protocol with a slash, which the tunnel's has, though RFC
    /// 6455 does not allow it either.
    /// </summary>
    /// <param name="protocol">One the client asked for.</param>
    public static async Task<WebSocket> AcceptAsync(HttpContext context, string protocol)
    {
        const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        var key = context.Request.Headers.SecWebSocketKey + AcceptSuffix;
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
#pragma warning disable CA5350 // The handshake is defined with SHA-1 (RFC 6455 section 4.2.2); it protects nothing.
        headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        headers.SecWebSocketProtocol = protocol;
        var transport = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return WebSocket.CreateFromStream(transport, new WebSocketCreationOptions { IsServer = true });
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, cancellationToken);
                if (part.Count > 0 || part.MessageType == WebSocketMessageType.Close)
                {
                    return part.Count;
                }
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException("the client has gone", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException("the client has gone", e);
        }
    }
}

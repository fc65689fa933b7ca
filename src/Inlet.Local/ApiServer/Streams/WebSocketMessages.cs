using System.Net.WebSockets;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>Messages that begin with a channel's number. They are sent one at a time, as a WebSocket demands.</summary>
internal sealed class WebSocketMessages(WebSocket socket) : IDisposable
{
    private const int ReceiveBytes = 32 * 1024;

    private readonly SemaphoreSlim _sending = new(1);

    public WebSocket Socket => socket;

    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = new byte[bytes.Length + 1];
        message[0] = channel;
        bytes.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException("the client has gone", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Hands on what comes, in parts, until the client closes. An empty message on a channel says nothing.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task ReceiveAsync(Func<byte, ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReceiveBytes];
        byte? channel = null;
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken) is { MessageType: not WebSocketMessageType.Close } part)
        {
            var bytes = buffer.AsMemory(0, part.Count);
            if (channel is null && bytes.Length > 0)
            {
                channel = bytes.Span[0];
                bytes = bytes[1..];
            }

            if (channel is { } number && bytes.Length > 0)
            {
                await take(number, bytes);
            }

            channel = part.EndOfMessage ? null : channel;
        }
    }

    /// <summary>A stream to write to the channel.</summary>
    public Stream ChannelStream(byte channel) => new Channel(this, channel);

    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    private sealed class Channel(WebSocketMessages messages, byte number) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await messages.SendAsync(number, buffer, cancellationToken);
    }
}

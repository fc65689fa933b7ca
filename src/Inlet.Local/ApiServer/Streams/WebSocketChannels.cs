using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>
/// Kubernetes' <c>channel.k8s.io</c> protocols over a WebSocket: each binary message begins with the number of its channel.
/// Version 5 differs from 4 in one thing: a message on channel 255 ends another channel.
/// </summary>
internal sealed class WebSocketChannels : ICommandChannels
{
    public const string Version4 = "v4.channel.k8s.io";
    public const string Version5 = "v5.channel.k8s.io";

    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Status = 3;
    private const byte Resize = 4;
    private const byte End = 255;

    private const int LargestSize = 1024;

    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(3);

    private readonly WebSocketMessages _messages;
    private readonly Pipe _input = new();
    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _gone = new();
    private readonly Task _receiving;

    public WebSocketChannels(WebSocket socket, WantedStreams wanted, CancellationToken stopping)
    {
        _messages = new WebSocketMessages(socket);
        Streams = new()
        {
            Input = wanted.Input ? _input.Reader.AsStream() : null,
            Output = wanted.Output ? _messages.ChannelStream(Output) : null,
            Errors = wanted.Errors && !wanted.Terminal ? _messages.ChannelStream(Errors) : null,
            Terminal = wanted.Terminal,
            Sizes = wanted.Terminal ? _sizes.Reader : null,
        };
        _receiving = ReceiveAsync(stopping);
    }

    public ContainerStreams Streams { get; }

    public CancellationToken Gone => _gone.Token;

    public async Task EndAsync(JsonObject status)
    {
        using var limit = new CancellationTokenSource(CloseWithin);
        try
        {
            await _messages.SendAsync(Status, ObjectBytes.Write(status), limit.Token);
            await _messages.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
            await _receiving.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // It has gone, or takes too long to: there is nobody to tell.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync();
        _messages.Socket.Abort();
        await _receiving;
        _messages.Dispose();
        _gone.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        try
        {
            await _messages.ReceiveAsync(TakeAsync, stopping);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The connection broke: the same as closed, below.
        }

        await _input.Writer.CompleteAsync();
        await _gone.CancelAsync();
    }

    private async ValueTask TakeAsync(byte channel, ReadOnlyMemory<byte> bytes)
    {
        switch (channel)
        {
            case Input:
                await _input.Writer.WriteAsync(bytes);
                break;
            case Resize when Size(bytes) is { } size:
                _sizes.Writer.TryWrite(size);
                break;
            case End when bytes.Span[0] == Input:
                await _input.Writer.CompleteAsync();
                break;
        }
    }

    /// <summary>Null for what is none: a window's size is not worth a connection.</summary>
    internal static TerminalSize? Size(ReadOnlyMemory<byte> json)
    {
        try
        {
            return json.Length <= LargestSize && JsonNode.Parse(json.Span) is JsonObject size
                && size.Integer("Width") is { } width and > 0 and <= ushort.MaxValue && size.Integer("Height") is { } height and > 0 and <= ushort.MaxValue
                ? new((ushort)width, (ushort)height)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

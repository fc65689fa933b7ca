using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection as kubectl and its library use it: streams that the client opens, data in
/// both directions, pings. Server push, settings and flow control have no part in it.
/// </summary>
internal sealed class SpdySession : IDisposable
{
    private const int HeadBytes = 8;
    private const int Version = 3;
    private const int MostStreams = 1024;
    private const int LargestControlFrame = 64 * 1024;
    private const byte LastFrame = 1;

    private readonly PipeReader _input;
    private readonly Stream _output;
    private readonly SpdyHeaderReader _headers = new();
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _opened = Channel.CreateUnbounded<SpdyStream>(new() { SingleReader = true });
    // One frame at a time; the compressed headers of replies besides have to go out in the order they were made.
    private readonly SemaphoreSlim _writing = new(1);
    private bool _repliedOnce;

    /// <param name="transport">Stays the caller's.</param>
    public SpdySession(Stream transport)
    {
        _input = PipeReader.Create(transport, new StreamPipeReaderOptions(leaveOpen: true));
        _output = transport;
    }

    private enum FrameType
    {
        SynStream = 1,
        SynReply = 2,
        RstStream = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
        Headers = 8,
        WindowUpdate = 9,
    }

    /// <summary>Streams in the order the client opened them; ends with the connection.</summary>
    public ChannelReader<SpdyStream> Opened => _opened.Reader;

    /// <summary>Reads frames until the client closes the connection.</summary>
    /// <exception cref="SpdyException">The client sent something else than SPDY/3.1.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            while (await ReadHeadAsync(cancellationToken) is { } head)
            {
                await (head.IsControl ? ControlAsync(head, cancellationToken) : DataAsync(head, cancellationToken));
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            _opened.Writer.TryComplete();
            foreach (var stream in _streams.Values)
            {
                await stream.Received.CompleteAsync(failure is null ? null : new IOException("the connection has ended", failure));
            }
        }
    }

    public async Task WriteDataAsync(int stream, ReadOnlyMemory<byte> data, bool isLast, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt32BigEndian(head, stream);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), data.Length);
        head[4] = isLast ? LastFrame : (byte)0;
        await WriteAsync(head, data, cancellationToken);
    }

    public void Dispose()
    {
        _headers.Dispose();
        _input.Complete();
    }

    private async Task<FrameHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var read = await _input.ReadAtLeastAsync(HeadBytes, cancellationToken);
        if (read.Buffer.Length < HeadBytes)
        {
            _input.AdvanceTo(read.Buffer.End);
            return null;
        }

        var bytes = read.Buffer.Slice(0, HeadBytes).ToArray();
        _input.AdvanceTo(read.Buffer.GetPosition(HeadBytes));
        return FrameHead.Parse(bytes);
    }

    private async Task ControlAsync(FrameHead head, CancellationToken cancellationToken)
    {
        if (head.Version != Version || head.Length > LargestControlFrame)
        {
            throw new SpdyException(head.Version != Version ? $"SPDY version {head.Version} is not supported" : $"a control frame of {head.Length} bytes is too large");
        }

        var read = await _input.ReadAtLeastAsync(head.Length, cancellationToken);
        if (read.Buffer.Length < head.Length)
        {
            throw new SpdyException("the connection ended inside a frame");
        }

        var payload = read.Buffer.Slice(0, head.Length).ToArray();
        _input.AdvanceTo(read.Buffer.GetPosition(head.Length));
        await ControlAsync(head, payload, cancellationToken);
    }

    private Task ControlAsync(FrameHead head, byte[] payload, CancellationToken cancellationToken)
    {
        switch (head.Type)
        {
            case FrameType.SynStream:
                return OpenAsync(head, payload, cancellationToken);
            case FrameType.RstStream:
                return EndAsync(Id(payload), new IOException("the client reset the stream"));
            case FrameType.Ping:
                // The client's own have odd numbers; an even one would answer a ping we never sent.
                return Id(payload) % 2 == 1 ? WriteControlAsync(FrameType.Ping, payload[..4], cancellationToken) : Task.CompletedTask;
            case FrameType.Headers:
                var id = Id(payload);
                _headers.Read(payload.AsSpan(4));
                return (head.Flags & LastFrame) != 0 ? EndAsync(id, null) : Task.CompletedTask;
            case FrameType.SynReply:
                throw new SpdyException("a reply to a stream that was not opened");
            default:
                return Task.CompletedTask;
        }
    }

    private async Task OpenAsync(FrameHead head, byte[] payload, CancellationToken cancellationToken)
    {
        const int BeforeHeaders = 10;
        if (payload.Length < BeforeHeaders)
        {
            throw new SpdyException("a SYN_STREAM frame is cut short");
        }

        var stream = new SpdyStream(this, Id(payload), _headers.Read(payload.AsSpan(BeforeHeaders)));
        if (_streams.Count >= MostStreams || !_streams.TryAdd(stream.Id, stream))
        {
            throw new SpdyException($"stream {stream.Id} is open already, or there are more than {MostStreams}");
        }

        await ReplyAsync(stream.Id, cancellationToken);
        if ((head.Flags & LastFrame) != 0)
        {
            await EndAsync(stream.Id, null);
        }

        _opened.Writer.TryWrite(stream);
    }

    private Task ReplyAsync(int id, CancellationToken cancellationToken)
    {
        // No header, uncompressed: nothing is saved on four zero bytes. The empty block behind is what a zlib flush ends with:
        // without it Go's inflater wants to see the next block before it hands out this one, and breaks at the frame's end.
        byte[] zlib = _repliedOnce ? [] : [0x78, 0xBB, .. BigEndian(SpdyDictionary.Id)];
        _repliedOnce = true;
        return WriteControlAsync(FrameType.SynReply, [.. BigEndian((uint)id), .. zlib, .. StoredBlock.Of(new byte[4]), .. StoredBlock.Of([])], cancellationToken);
    }

    private async Task DataAsync(FrameHead head, CancellationToken cancellationToken)
    {
        var stream = _streams.GetValueOrDefault(head.Stream);
        var left = head.Length;
        while (left > 0)
        {
            var read = await _input.ReadAsync(cancellationToken);
            if (read.Buffer.IsEmpty && read.IsCompleted)
            {
                throw new SpdyException("the connection ended inside a frame");
            }

            var part = read.Buffer.Slice(0, Math.Min(left, read.Buffer.Length));
            if (stream is not null)
            {
                await GiveAsync(stream, part, cancellationToken);
            }

            left -= (int)part.Length;
            _input.AdvanceTo(part.End);
        }

        if ((head.Flags & LastFrame) != 0)
        {
            await EndAsync(head.Stream, null);
        }
    }

    private static async Task GiveAsync(SpdyStream stream, ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        foreach (var segment in bytes)
        {
            await stream.Received.WriteAsync(segment, cancellationToken);
        }
    }

    /// <summary>The client sends nothing more on the stream.</summary>
    private async Task EndAsync(int id, Exception? failure)
    {
        if (_streams.TryRemove(id, out var stream))
        {
            await stream.Received.CompleteAsync(failure);
        }
    }

    private Task WriteControlAsync(FrameType type, byte[] payload, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteUInt16BigEndian(head, 0x8000 | Version);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)type);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), payload.Length);
        return WriteAsync(head, payload, cancellationToken);
    }

    private async Task WriteAsync(byte[] head, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = new byte[head.Length + payload.Length];
        head.CopyTo(frame, 0);
        payload.CopyTo(frame.AsMemory(head.Length));
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _output.WriteAsync(frame, cancellationToken);
            await _output.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static int Id(byte[] payload) => payload.Length >= 4
        ? BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue
        : throw new SpdyException("a control frame is cut short");

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private readonly record struct FrameHead(bool IsControl, int Version, FrameType Type, int Stream, byte Flags, int Length)
    {
        public static FrameHead Parse(ReadOnlySpan<byte> bytes)
        {
            var first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]) & 0xFFFFFF;
            return first >> 31 == 1
                ? new(true, (int)(first >> 16) & 0x7FFF, (FrameType)(first & 0xFFFF), 0, bytes[4], length)
                : new(false, Version: SpdySession.Version, default, (int)first, bytes[4], length);
        }
    }
}

using System.IO.Pipelines;

namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>One of the streams a client opened in a SPDY connection.</summary>
internal sealed class SpdyStream : AsyncStream
{
    /// <summary>A data frame's length has 24 bits; smaller ones let other streams in between.</summary>
    private const int LargestFrame = 32 * 1024;

    /// <summary>
    /// What may wait to be read. Beyond it nothing more is read from the connection, as in the clients' own library: that
    /// library neither sends nor heeds WINDOW_UPDATE, so a stream cannot be held back alone.
    /// </summary>
    private const int PauseAtBytes = 1024 * 1024;

    private readonly SpdySession _session;
    private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: PauseAtBytes, resumeWriterThreshold: PauseAtBytes / 2));
    private readonly Stream _reading;
    private int _closed;

    public SpdyStream(SpdySession session, int id, IReadOnlyDictionary<string, string> headers)
    {
        (_session, Id, Headers) = (session, id, headers);
        _reading = _received.Reader.AsStream();
    }

    public int Id { get; }

    /// <summary>Names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>Where the session puts what came.</summary>
    internal PipeWriter Received => _received.Writer;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _reading.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var part = buffer[..Math.Min(buffer.Length, LargestFrame)];
            await _session.WriteDataAsync(Id, part, isLast: false, cancellationToken);
            buffer = buffer[part.Length..];
        }
    }

    /// <summary>Nothing more is written; reading goes on.</summary>
    public async Task CloseWriteAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            await _session.WriteDataAsync(Id, ReadOnlyMemory<byte>.Empty, isLast: true, cancellationToken);
        }
    }

    /// <summary>What comes from now on is thrown away.</summary>
    public void StopReading() => _received.Reader.Complete();
}

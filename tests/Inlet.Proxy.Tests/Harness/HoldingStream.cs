namespace Inlet.Proxy.Tests;

/// <summary>Keeps what is written, once told to, until it is let go: a TLS client's records can be cut where a test wants them cut.</summary>
public sealed class HoldingStream(Stream inner) : Stream
{
    private readonly MemoryStream _held = new();

    public bool Holds { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends so many of the bytes kept, in one write.</summary>
    public async Task LetGoAsync(int count)
    {
        var bytes = _held.ToArray();
        await inner.WriteAsync(bytes.AsMemory(0, count));
        _held.SetLength(0);
        _held.Write(bytes.AsSpan(count));
    }

    public Task LetGoAsync() => LetGoAsync((int)_held.Length);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Holds)
        {
            return inner.WriteAsync(buffer, cancellationToken);
        }

        _held.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _held.Dispose();
        inner.Dispose();
        base.Dispose(disposing);
    }
}

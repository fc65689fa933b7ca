using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Exec;

/// <summary>
/// Our non-blocking end of a pipe or terminal, read or written without a thread that waits. The other end's closing is the
/// end of the stream to read, and an <see cref="IOException"/> to write.
/// </summary>
internal sealed class DescriptorStream(int fd, ChildMonitor monitor) : AsyncStream
{
    private readonly CancellationTokenSource _drained = new();
    private bool _closed;

    /// <summary>
    /// What is there now is still read, then it is the end: for after the process has ended, while a child it left behind may
    /// hold the other end open for ever.
    /// </summary>
    public void EndWhenEmpty() => _drained.Cancel();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Before the read: what was written until then is not missed.
            var ends = _drained.IsCancellationRequested;
            var (read, error) = ReadNow(buffer.Span);
            if (read >= 0)
            {
                return read;
            }

            // A terminal says so when the last process that had it open has gone.
            if (error == Libc.InputOutput || (ends && error == Libc.Again))
            {
                return 0;
            }

            await WaitAsync(error, Libc.EpollIn, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (written, error) = WriteNow(buffer.Span);
            if (written >= 0)
            {
                buffer = buffer[written..];
                continue;
            }

            await WaitAsync(error, Libc.EpollOut, cancellationToken);
        }
    }

    /// <summary>Nothing may be reading or writing any more.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            _ = Libc.close(fd);
            _drained.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task WaitAsync(int error, uint events, CancellationToken cancellationToken)
    {
        if (error == Libc.Interrupted)
        {
            return;
        }

        if (error != Libc.Again)
        {
            throw new IOException(Libc.Describe(error));
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _drained.Token);
        try
        {
            await monitor.WhenReadyAsync(fd, events, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _drained.IsCancellationRequested)
        {
            if (events == Libc.EpollOut)
            {
                throw new IOException("the process has ended");
            }
        }
    }

    private unsafe (int Count, int Error) ReadNow(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            var count = (int)Libc.read(fd, p, buffer.Length);
            return (count, count < 0 ? Libc.Error : 0);
        }
    }

    private unsafe (int Count, int Error) WriteNow(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            var count = (int)Libc.write(fd, p, buffer.Length);
            return (count, count < 0 ? Libc.Error : 0);
        }
    }
}

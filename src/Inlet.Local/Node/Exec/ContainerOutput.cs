using System.Threading.Channels;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Exec;

/// <summary>One of a container's output streams: to its log, and to whoever is attached.</summary>
internal sealed class ContainerOutput(OutputSink log)
{
    /// <summary>Reads of at most 64 KiB an attached client may be behind.</summary>
    private const int LongestQueue = 256;

    // Guards the list: clients come and go while the monitor's thread writes.
    private readonly Lock _lock = new();
    private readonly List<Channel<byte[]>> _attached = [];
    private bool _ended;

    /// <summary>An <see cref="OutputSink"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        log(bytes);
        lock (_lock)
        {
            if (_attached.Count == 0)
            {
                return;
            }

            var copy = bytes.ToArray();
            _attached.RemoveAll(client => !client.Writer.TryWrite(copy)
                && client.Writer.TryComplete(new IOException("the client reads too slowly to stay attached: read the log instead")));
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _attached.ForEach(client => client.Writer.TryComplete());
            _attached.Clear();
        }
    }

    /// <summary>Copies what is written from now on.</summary>
    /// <exception cref="IOException">The client fell too far behind.</exception>
    public async Task CopyToAsync(Stream client, CancellationToken cancellationToken)
    {
        var queue = Attach();
        try
        {
            await foreach (var bytes in queue.Reader.ReadAllAsync(cancellationToken))
            {
                await client.WriteAsync(bytes, cancellationToken);
                await client.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            lock (_lock)
            {
                _attached.Remove(queue);
            }
        }
    }

    private Channel<byte[]> Attach()
    {
        var queue = Channel.CreateBounded<byte[]>(LongestQueue);
        lock (_lock)
        {
            if (_ended)
            {
                queue.Writer.Complete();
            }
            else
            {
                _attached.Add(queue);
            }
        }

        return queue;
    }
}

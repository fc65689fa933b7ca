using System.Threading.Channels;

namespace Inlet.Local.Node.Exec;

/// <summary>The copying between a client and a process.</summary>
internal static class StreamCopies
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>What the process writes, to its client, to the end of it.</summary>
    public static async Task OutputAsync(Stream from, Stream? to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (to is not null)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>What the client sends, to the process.</summary>
    /// <returns>True at the end of what the client sends; false when the process takes no more.</returns>
    public static async Task<bool> InputAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            try
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            catch (IOException)
            {
                // It closed its input, or ended: what it has still to say comes all the same.
                return false;
            }
        }

        return true;
    }

    public static async Task SizesAsync(ChannelReader<TerminalSize> sizes, PseudoTerminal terminal, CancellationToken cancellationToken)
    {
        await foreach (var size in sizes.ReadAllAsync(cancellationToken))
        {
            terminal.Resize(size);
        }
    }
}

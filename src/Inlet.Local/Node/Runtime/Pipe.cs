namespace Inlet.Local.Node.Runtime;

/// <summary>A pipe between a process and us. Both ends close when a process is made; ours does not block.</summary>
internal sealed unsafe class Pipe
{
    private bool _writeClosed;

    private Pipe(int read, int write)
    {
        Read = read;
        Write = write;
    }

    public int Read { get; }

    public int Write { get; }

    /// <summary>One from a process to us.</summary>
    /// <exception cref="LaunchException">No more files can be opened.</exception>
    public static Pipe Open() => Open(oursToRead: true);

    /// <summary>One from us to a process.</summary>
    /// <exception cref="LaunchException">No more files can be opened.</exception>
    public static Pipe OpenInput() => Open(oursToRead: false);

    private static Pipe Open(bool oursToRead)
    {
        var ends = stackalloc int[2];
        if (Libc.pipe2(ends, Libc.CloseOnExec) < 0)
        {
            throw new LaunchException($"cannot make a pipe to the process: {Libc.Describe(Libc.Error)}", Libc.Error);
        }

        // Only our end: a process that finds its standard output non-blocking loses what it writes fast.
        _ = Libc.fcntl(ends[oursToRead ? 0 : 1], Libc.SetFlags, Libc.NonBlocking);
        return new Pipe(ends[0], ends[1]);
    }

    public void CloseWrite()
    {
        _writeClosed = true;
        _ = Libc.close(Write);
    }

    /// <summary>For a process that did not start; else the read end belongs to the <see cref="ChildMonitor"/>.</summary>
    public void Close()
    {
        if (!_writeClosed)
        {
            CloseWrite();
            _ = Libc.close(Read);
        }
    }
}

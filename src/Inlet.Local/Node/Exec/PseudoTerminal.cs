using System.Text;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Exec;

/// <summary>A terminal for a process, of which we hold the other side (pty(7)).</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const int LongestPath = 128;

    // Guards the number against a resize that comes when it is closed, and may be another file's by then.
    private readonly Lock _lock = new();
    private readonly int _control;
    private bool _closed;

    private PseudoTerminal(int master, string path) => (Master, Path, _control) = (master, path, Duplicate(master));

    /// <summary>Our side; does not block. Whoever takes it over closes it.</summary>
    public int Master { get; }

    /// <summary>Where the process opens it.</summary>
    public string Path { get; }

    /// <param name="owner">Who has to be able to open it; null for the user Inlet runs as.</param>
    /// <exception cref="LaunchException">The machine has no more terminals.</exception>
    public static PseudoTerminal Open(uint? owner)
    {
        var master = Libc.posix_openpt(Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec | Libc.NonBlocking);
        var name = stackalloc byte[LongestPath];
        if (master < 0 || Libc.grantpt(master) < 0 || Libc.unlockpt(master) < 0 || Libc.ptsname_r(master, name, LongestPath) != 0)
        {
            var error = Libc.Error;
            _ = master < 0 ? 0 : Libc.close(master);
            throw new LaunchException($"cannot make a terminal: {Libc.Describe(error)}", error);
        }

        if (owner is { } user)
        {
            _ = Libc.lchown(name, user, uint.MaxValue);
        }

        var length = new ReadOnlySpan<byte>(name, LongestPath).IndexOf((byte)0);
        return new(master, Encoding.ASCII.GetString(name, length));
    }

    /// <summary>The same terminal under another number: epoll watches a descriptor for one thing at a time.</summary>
    /// <exception cref="LaunchException">No more files can be opened.</exception>
    public static int Duplicate(int master)
    {
        var fd = Libc.fcntl(master, Libc.DuplicateCloseOnExec, 0);
        return fd >= 0 ? fd : throw new LaunchException($"cannot open the terminal again: {Libc.Describe(Libc.Error)}", Libc.Error);
    }

    /// <summary>Tells the processes of the terminal (SIGWINCH).</summary>
    public void Resize(TerminalSize size)
    {
        var window = stackalloc ushort[4];
        (window[0], window[1], window[2], window[3]) = (size.Rows, size.Columns, 0, 0);
        lock (_lock)
        {
            _ = _closed ? 0 : Libc.ioctl(_control, Libc.SetWindowSize, window);
        }
    }

    /// <summary>Closes what <see cref="Resize"/> needs; <see cref="Master"/> is somebody else's.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ = _closed ? 0 : Libc.close(_control);
            _closed = true;
        }
    }
}

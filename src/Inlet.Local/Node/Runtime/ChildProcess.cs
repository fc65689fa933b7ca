namespace Inlet.Local.Node.Runtime;

/// <summary>How a process ended.</summary>
/// <param name="Code">Exit code; 128 + signal for one a signal ended, as shells say it.</param>
/// <param name="Signal">0 when no signal ended it.</param>
internal readonly record struct ProcessExit(int Code, int Signal)
{
    /// <summary>The kernel ended it, or another process of its container, for want of memory below the container's limit.</summary>
    public bool IsOutOfMemory { get; init; }

    /// <summary>From the status word of <c>waitpid</c>.</summary>
    public static ProcessExit FromStatus(int status)
    {
        var signal = status & 0x7F;
        return signal == 0 ? new((status >> 8) & 0xFF, 0) : new(128 + signal, signal);
    }
}

/// <summary>A process this program started, leader of its own session and process group.</summary>
internal sealed class ChildProcess(int pid, int pidfd)
{
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Guards the number: once waited for, the kernel may give it to another process.
    private readonly Lock _lock = new();
    private bool _reaped;

    public int Pid => pid;

    public int Pidfd => pidfd;

    /// <summary>Completes when the process has ended and what it wrote has been read.</summary>
    public Task<ProcessExit> Exited => _exited.Task;

    /// <summary>Signals the whole process group.</summary>
    /// <returns>False when the process has ended.</returns>
    public bool SignalGroup(int signal)
    {
        lock (_lock)
        {
            return !_reaped && Libc.kill(-pid, signal) == 0;
        }
    }

    /// <summary>Runs <paramref name="use"/> while the process number is certain to be this process'.</summary>
    public T WhileAlive<T>(Func<T> use, T otherwise)
    {
        lock (_lock)
        {
            return _reaped ? otherwise : use();
        }
    }

    /// <summary>Null while it still runs.</summary>
    public unsafe ProcessExit? Reap()
    {
        lock (_lock)
        {
            var status = 0;
            int result;
            do
            {
                result = Libc.waitpid(pid, &status, Libc.WaitNoHang);
            }
            while (result < 0 && Libc.Error == Libc.Interrupted);

            if (result == 0)
            {
                return null;
            }

            _reaped = true;
            // A parent that ignores SIGCHLD made the kernel throw the status away.
            return result == pid ? ProcessExit.FromStatus(status) : new ProcessExit(255, 0);
        }
    }

    public void Complete(ProcessExit exit) => _exited.TrySetResult(exit);
}

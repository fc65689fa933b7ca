using System.Runtime.InteropServices;

namespace Inlet.Bench.Machine;

/// <summary>
/// Holds an exclusive flock(2) on an existing file during each measured round, so that other heavy work on a shared machine can take
/// turns with ours. Between rounds it is free.
/// </summary>
internal sealed partial class RoundLock(string? file)
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const int Exclusive = 2;

    public void Hold(Action round)
    {
        if (file is null)
        {
            round();
            return;
        }

        // Not File.OpenHandle: .NET locks what it opens, and fails where we want to wait.
        var handle = open(file, ReadOnly | CloseOnExec);
        if (handle < 0 || flock(handle, Exclusive) != 0)
        {
            throw new BenchException($"cannot lock {file}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            round();
        }
        finally
        {
            _ = close(handle);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int file, int operation);
}

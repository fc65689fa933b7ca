using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inlet.Bench.Machine;

/// <summary>
/// Holds an exclusive flock(2) on an existing file while something is measured, so that other heavy work on a shared machine
/// can take turns with ours. <see cref="Breathe"/>, called between measurements, lets the others in after a while.
/// </summary>
internal sealed partial class RoundLock(string? file)
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const int Exclusive = 2;
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(120);
    private int _handle = -1;
    private long _since;

    public void Hold(Action work)
    {
        Take();
        try
        {
            work();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Gives the lock up and waits for it again when it has been held for long.</summary>
    public void Breathe()
    {
        if (_handle >= 0 && Stopwatch.GetElapsedTime(_since) > LongestHold)
        {
            Release();
            Take();
        }
    }

    private void Take()
    {
        if (file is null)
        {
            return;
        }

        // Not File.OpenHandle: .NET locks what it opens, and fails where we want to wait.
        _handle = open(file, ReadOnly | CloseOnExec);
        if (_handle < 0 || flock(_handle, Exclusive) != 0)
        {
            throw new BenchException($"cannot lock {file}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _since = Stopwatch.GetTimestamp();
    }

    private void Release()
    {
        if (_handle >= 0)
        {
            _ = close(_handle);
            _handle = -1;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int file, int operation);
}

using System.Runtime.InteropServices;

namespace Inlet.Cli;

/// <summary>What glibc's malloc holds, from which the runtime, SQLite and OpenSSL take. Does nothing on musl, which gives pages back by itself.</summary>
internal static class NativeHeap
{
    /// <summary>Gives freed pages back to the system.</summary>
    public static void Trim()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    /// <summary>malloc_trim(3), of glibc alone.</summary>
    [DllImport("libc", EntryPoint = "malloc_trim", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint pad);
}

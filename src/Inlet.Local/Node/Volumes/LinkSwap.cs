using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Volumes;

/// <summary>Puts a symbolic link in another's place in one step.</summary>
internal static partial class LinkSwap
{
    /// <summary>
    /// rename(2): whoever looks at <paramref name="to"/> sees the old link or the new one, never none. File.Move will not do:
    /// it follows the link, finds a directory and says there is no such file.
    /// </summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static void Rename(string from, string to)
    {
        if (Rename_(from, to) != 0)
        {
            throw new IOException($"{from} cannot be renamed to {to}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename_(string from, string to);
}

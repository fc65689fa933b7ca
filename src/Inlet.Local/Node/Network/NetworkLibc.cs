using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Network;

/// <summary>The system calls that make and enter network namespaces and talk to rtnetlink.</summary>
internal static unsafe partial class NetworkLibc
{
    public const int NewNetworkNamespace = 0x40000000;
    public const ulong BindMount = 0x1000;
    public const ulong Recursive = 0x4000;
    public const ulong Shared = 1 << 20;
    public const int DetachMount = 2;
    public const int InvalidArgument = 22;

    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial int unshare(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setns(int fd, int type);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string source, string target, string type, ulong flags, void* data);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int umount2(string target, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint if_nametoindex(string name);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint send(int fd, byte* bytes, nint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recv(int fd, byte* bytes, nint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint sendto(int fd, byte* bytes, nint length, int flags, byte* address, int addressLength);
}

using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>epoll's record; packed on x86-64 only, where the kernel packs it too.</summary>
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct EpollEventPacked
{
    [FieldOffset(0)]
    public uint Events;

    [FieldOffset(4)]
    public ulong Data;
}

/// <summary>
/// The system calls of the loop. Those that cannot block skip the GC transition, which would cost more than some of them do;
/// <c>epoll_wait</c> keeps it: a thread asleep without it would stop every garbage collection.
/// </summary>
internal static unsafe partial class Libc
{
    public const int Again = 11;
    public const int Interrupted = 4;
    public const int PermissionDenied = 13;
    public const int TooManyFiles = 24;
    public const int TooManyFilesInSystem = 23;
    public const int NoBuffers = 105;
    public const int AddressInUse = 98;
    public const int AddressNotAvailable = 99;
    public const int InProgress = 115;
    public const int ConnectionAborted = 103;

    public const uint EpollIn = 1;
    public const uint EpollOut = 4;
    public const uint EpollErr = 8;
    public const uint EpollHup = 16;
    public const uint EpollRdHup = 0x2000;
    public const uint EpollEdge = 1u << 31;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;

    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Stream = 1;
    public const int FamilyIpv4 = 2;
    public const int FamilyIpv6 = 10;
    public const int NoSignal = 0x4000;
    public const int Peek = 2;
    public const int ShutdownWrite = 1;

    private const string Library = "libc";

    public static int LastError => Marshal.GetLastSystemError();

    [LibraryImport(Library)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int epoll_ctl(int epoll, int operation, int fd, void* @event);

    [LibraryImport(Library)]
    public static partial int epoll_wait(int epoll, void* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Library)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint read(int fd, void* buffer, nint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint write(int fd, void* buffer, nint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint recv(int fd, byte* buffer, nint length, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint send(int fd, byte* buffer, nint length, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int accept4(int fd, byte* address, int* addressLength, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int setsockopt(int fd, int level, int option, int* value, int length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int getsockopt(int fd, int level, int option, int* value, int* length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int getsockname(int fd, byte* address, int* addressLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int connect(int fd, byte* address, int addressLength);

    [LibraryImport(Library)]
    public static partial int getrlimit(int resource, ulong* softAndHard);

    [LibraryImport(Library)]
    public static partial int bind(int fd, byte* address, int addressLength);

    [LibraryImport(Library)]
    public static partial int listen(int fd, int backlog);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int shutdown(int fd, int how);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int close(int fd);
}

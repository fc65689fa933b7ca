using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>
/// The system calls of a relay loop. Those that cannot block skip the GC transition, which would cost more than some of them
/// do; epoll_wait keeps it: a thread asleep without it would stop every garbage collection.
/// </summary>
internal static unsafe partial class RelayLibc
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int ConnectionAborted = 103;
    public const int InProgress = 115;

    public const uint EpollIn = 1;
    public const uint EpollOut = 4;
    public const uint EpollError = 8;
    public const uint EpollHangUp = 16;
    public const uint EpollReadHangUp = 0x2000;
    public const uint EpollEdge = 1u << 31;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;

    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Stream = 1;
    public const int Datagram = 2;
    public const int NoSignal = 0x4000;
    public const int ShutdownWrite = 1;

    public const int SocketLevel = 1;
    public const int ErrorOption = 4;
    public const int KeepAlive = 9;
    public const int Linger = 13;
    public const int TcpLevel = 6;
    public const int TcpNoDelay = 1;

    private const string Library = "libc";

    /// <summary>Of the call just made; only right after one that skips the GC transition.</summary>
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
    public static partial nint recvfrom(int fd, byte* buffer, nint length, int flags, byte* address, int* addressLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint sendto(int fd, byte* buffer, nint length, int flags, byte* address, int addressLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int accept4(int fd, byte* address, int* addressLength, int flags);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int connect(int fd, byte* address, int addressLength);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int setsockopt(int fd, int level, int option, void* value, int length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int getsockopt(int fd, int level, int option, void* value, int* length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int shutdown(int fd, int how);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int close(int fd);
}

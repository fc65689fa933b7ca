using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// The system calls that start, watch and end processes. All signatures are blittable and none keeps the error for the
/// marshaller: the launching thread must be able to call them without the runtime doing anything of its own in between
/// (<see cref="LaunchProgram"/> says why). Read <see cref="Error"/> at once after a failure.
/// </summary>
internal static unsafe partial class Libc
{
    public const int NoSuchFile = 2;
    public const int NoSuchProcess = 3;
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int FileExists = 17;
    public const int InputOutput = 5;
    public const int NotADirectory = 20;
    public const int NotPermitted = 1;

    public const int NewMountNamespace = 0x20000;
    public const int NewUtsNamespace = 0x4000000;
    public const int NewNetworkNamespace = 0x40000000;
    /// <summary>Own working directory, root and umask for this thread alone.</summary>
    public const int OwnFileSystemContext = 0x200;

    public const nuint ReadOnlyMount = 1;
    public const nuint NoSetUid = 2;
    public const nuint NoDevices = 4;
    public const nuint Remount = 32;
    public const nuint Bind = 4096;
    public const nuint Move = 8192;
    public const nuint Recursive = 16384;
    public const nuint Unbindable = 1 << 17;
    public const nuint Private = 1 << 18;
    public const nuint Slave = 1 << 19;
    public const int Detach = 2;

    public const int CurrentDirectory = -100;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int CreateFile = 0x40;
    public const uint CloneTree = 1;
    public const uint RecursiveTree = 0x8000;
    public const uint EmptySourcePath = 4;
    public const int DropBoundingCapability = 24;
    public const int SetNoNewPrivileges = 38;

    public const int SetFlags = 4;
    public const int DuplicateCloseOnExec = 1030;

    public const int ReadWrite = 2;
    public const int NoControllingTerminal = 0x100;
    public const nuint SetWindowSize = 0x5414;

    public const uint EpollIn = 1;
    public const uint EpollOut = 4;
    public const uint EpollOneShot = 1u << 30;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int WaitNoHang = 1;

    public const int SignalKill = 9;
    public const int SignalTerminate = 15;

    // The same on every architecture that came after them, unlike the older ones below.
    public const nint OpenTreeCall = 428;
    public const nint MoveMountCall = 429;
    public const nint MountSetAttributesCall = 442;
    public const nint PidfdSendSignalCall = 424;
    public const nint PidfdOpenCall = 434;

    private const string Library = "libc";

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // The C library's own setuid and its like change every thread of the process; the bare calls change the caller's.
    public static nint PivotRootCall { get; } = Arm ? 41 : 155;

    public static nint SetUserIdsCall { get; } = Arm ? 147 : 117;

    public static nint SetGroupIdsCall { get; } = Arm ? 149 : 119;

    public static nint SetGroupsCall { get; } = Arm ? 159 : 116;

    public static nint ProcessControlCall { get; } = Arm ? 167 : 157;

    public static int Error => *__errno_location();

    /// <summary>The message without a number, in English: "Permission denied".</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    public static int PidfdOpen(int pid) => (int)syscall(PidfdOpenCall, pid, 0, 0, 0, 0);

    public static int PidfdSendSignal(int pidfd, int signal) => (int)syscall(PidfdSendSignalCall, pidfd, signal, 0, 0, 0);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int* __errno_location();

    [LibraryImport(Library)]
    public static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport(Library)]
    public static partial int unshare(int flags);

    [LibraryImport(Library)]
    public static partial int setns(int fd, int type);

    [LibraryImport(Library)]
    public static partial int sethostname(byte* name, nint length);

    [LibraryImport(Library)]
    public static partial int mount(byte* source, byte* target, byte* type, nuint flags, byte* data);

    [LibraryImport(Library)]
    public static partial int umount2(byte* target, int flags);

    [LibraryImport(Library)]
    public static partial int mkdir(byte* path, uint mode);

    [LibraryImport(Library)]
    public static partial int symlink(byte* target, byte* path);

    [LibraryImport(Library)]
    public static partial int open(byte* path, int flags, uint mode);

    [LibraryImport(Library)]
    public static partial int close(int fd);

    [LibraryImport(Library)]
    public static partial int chdir(byte* path);

    /// <param name="user">-1 leaves it; and so does -1 for <paramref name="group"/>.</param>
    [LibraryImport(Library)]
    public static partial int lchown(byte* path, uint user, uint group);

    [LibraryImport(Library)]
    public static partial int statx(int directory, byte* path, int flags, uint mask, byte* result);

    [LibraryImport(Library)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport(Library)]
    public static partial nint read(int fd, void* buffer, nint length);

    [LibraryImport(Library)]
    public static partial nint write(int fd, void* buffer, nint length);

    [LibraryImport(Library)]
    public static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport(Library)]
    public static partial int posix_openpt(int flags);

    [LibraryImport(Library)]
    public static partial int grantpt(int fd);

    [LibraryImport(Library)]
    public static partial int unlockpt(int fd);

    [LibraryImport(Library)]
    public static partial int ptsname_r(int fd, byte* name, nuint length);

    [LibraryImport(Library)]
    public static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library)]
    public static partial int kill(int pid, int signal);

    [LibraryImport(Library)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Library)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Library)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, void* @event);

    [LibraryImport(Library)]
    public static partial int epoll_wait(int epoll, void* events, int maximum, int timeoutMilliseconds);

    [LibraryImport(Library)]
    public static partial int posix_spawn(int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport(Library)]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int fd, int newFd);

    [LibraryImport(Library)]
    public static partial int posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(Library)]
    public static partial int sigfillset(void* signals);

    [LibraryImport(Library)]
    public static partial int sigemptyset(void* signals);
}

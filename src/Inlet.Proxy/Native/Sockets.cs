using System.Net;
using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>Opens the few kinds of sockets the loop uses.</summary>
internal static unsafe class Sockets
{
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int ErrorOption = 4;
    private const int Linger = 13;
    private const int ReusePort = 15;
    private const int AttachReusePortProgram = 51;
    private const int TcpLevel = 6;
    private const int TcpNoDelay = 1;
    private const int TcpInformation = 11;
    private const int TcpQuickAcknowledgement = 12;
    private const int Ipv6Level = 41;
    private const int Ipv6Only = 26;

    /// <summary>Connections the kernel completes before they are accepted.</summary>
    public const int Backlog = 4096;

    /// <exception cref="IOException">The address cannot be listened on; names it and the remedy.</exception>
    public static int Listen(IPAddress bind, int port, bool shared)
    {
        var address = new SocketAddress(bind, port);
        var fd = Libc.socket(address.Family, Libc.Stream | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (fd < 0)
        {
            throw Failed(bind, port, Libc.LastError);
        }

        Set(fd, SocketLevel, ReuseAddress, 1);
        if (shared)
        {
            Set(fd, SocketLevel, ReusePort, 1);
        }

        if (address.Family == Libc.FamilyIpv6)
        {
            Set(fd, Ipv6Level, Ipv6Only, bind.Equals(IPAddress.IPv6Any) ? 0 : 1);
        }

        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.bind(fd, bytes, address.Bytes.Length) < 0 || Libc.listen(fd, Backlog) < 0)
            {
                var error = Libc.LastError;
                _ = Libc.close(fd);
                throw Failed(bind, port, error);
            }
        }

        return fd;
    }

    public static int LocalPort(int fd)
    {
        var bytes = stackalloc byte[SocketAddress.MaxLength];
        var length = SocketAddress.MaxLength;
        return Libc.getsockname(fd, bytes, &length) < 0 ? 0 : SocketAddress.PortOf(new ReadOnlySpan<byte>(bytes, length));
    }

    /// <summary>Starts a connect.</summary>
    /// <returns>The socket, or minus the error.</returns>
    public static int Connect(SocketAddress address, out bool connected)
    {
        connected = false;
        var fd = Libc.socket(address.Family, Libc.Stream | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (fd < 0)
        {
            return -Libc.LastError;
        }

        NoDelay(fd);
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.connect(fd, bytes, address.Bytes.Length) == 0)
            {
                connected = true;
                return fd;
            }
        }

        var error = Libc.LastError;
        if (error == Libc.InProgress)
        {
            return fd;
        }

        _ = Libc.close(fd);
        return -error;
    }

    /// <summary>
    /// Sends new connections of a shared port to the sockets that joined it after our own <paramref name="own"/>: to a
    /// successor. Without one the kernel finds no such socket and chooses as before.
    /// </summary>
    /// <returns>False when the kernel knows no such program; connections opened just before a close may then be reset.</returns>
    public static bool SteerToSuccessor(int fd, int own)
    {
        // own + random % own, as classic BPF (linux/filter.h). Sockets of a port are numbered in the order they began to listen.
        var program = stackalloc SocketFilter[4]
        {
            new SocketFilter { Code = 0x20, K = 0xffff_f038 },
            new SocketFilter { Code = 0x94, K = (uint)own },
            new SocketFilter { Code = 0x04, K = (uint)own },
            new SocketFilter { Code = 0x16 },
        };
        var filter = new SocketFilterProgram { Length = 4, Filter = program };
        return Libc.setsockopt(fd, SocketLevel, AttachReusePortProgram, (int*)&filter, sizeof(SocketFilterProgram)) == 0;
    }

    /// <summary>Bytes the peer's kernel has taken since the connection began, TLS and handshakes included; 0 where the kernel does not say.</summary>
    public static long BytesAcknowledged(int fd)
    {
        // tcpi_bytes_acked of struct tcp_info (linux/tcp.h, since 4.1).
        const int at = 120, size = at + sizeof(long);
        var information = stackalloc byte[size];
        var length = size;
        return Libc.getsockopt(fd, TcpLevel, TcpInformation, (int*)information, &length) == 0 && length == size ? *(long*)(information + at) : 0;
    }

    /// <summary>Files and sockets this process may have open. .NET raises it to the hard limit when it starts.</summary>
    public static long MaxDescriptors()
    {
        const int openFiles = 7;
        var limits = stackalloc ulong[2];
        return Libc.getrlimit(openFiles, limits) == 0 ? (long)Math.Min(limits[0], int.MaxValue) : 1024;
    }

    /// <summary>Whether the peer leaves bytes untaken that were given to the kernel: its window is shut.</summary>
    public static bool HasUnsent(int fd)
    {
        // tcpi_notsent_bytes of struct tcp_info (linux/tcp.h, since 4.6).
        const int at = 144, size = at + sizeof(int);
        var information = stackalloc byte[size];
        var length = size;
        return Libc.getsockopt(fd, TcpLevel, TcpInformation, (int*)information, &length) == 0 && length == size && *(uint*)(information + at) > 0;
    }

    /// <summary>A close will drop what has not been sent and tell the peer so with a reset.</summary>
    public static void ResetOnClose(int fd)
    {
        // struct linger: on, for 0 seconds.
        var linger = stackalloc int[2] { 1, 0 };
        _ = Libc.setsockopt(fd, SocketLevel, Linger, linger, 2 * sizeof(int));
    }

    public static void NoDelay(int fd) => Set(fd, TcpLevel, TcpNoDelay, 1);

    /// <summary>Sends a delayed acknowledgement at once.</summary>
    public static void AcknowledgeNow(int fd) => Set(fd, TcpLevel, TcpQuickAcknowledgement, 1);

    /// <summary>The result of a connect that went on in the background; 0 is success.</summary>
    public static int ConnectResult(int fd)
    {
        int error = 0, length = sizeof(int);
        return Libc.getsockopt(fd, SocketLevel, ErrorOption, &error, &length) < 0 ? Libc.LastError : error;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SocketFilter
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint K;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SocketFilterProgram
    {
        public ushort Length;
        public SocketFilter* Filter;
    }

    private static void Set(int fd, int level, int option, int value) =>
        _ = Libc.setsockopt(fd, level, option, &value, sizeof(int));

    private static IOException Failed(IPAddress bind, int port, int error)
    {
        var address = new IPEndPoint(bind, port);
        return new IOException(error switch
        {
            Libc.AddressInUse => $"{address} is in use by another program: stop it or choose another port.",
            Libc.PermissionDenied => $"{address} needs the right to bind low ports: choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE.",
            Libc.AddressNotAvailable => $"{address} is not an address of this machine: choose another bind address.",
            _ => $"Cannot listen on {address}: {Marshal.GetPInvokeErrorMessage(error)}.",
        });
    }
}

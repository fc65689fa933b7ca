using System.Net;
using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>Opens the few kinds of sockets the loop uses.</summary>
internal static unsafe class Sockets
{
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int ErrorOption = 4;
    private const int ReusePort = 15;
    private const int TcpLevel = 6;
    private const int TcpNoDelay = 1;
    private const int TcpQuickAcknowledgement = 12;
    private const int Ipv6Level = 41;
    private const int Ipv6Only = 26;

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
            if (Libc.bind(fd, bytes, address.Bytes.Length) < 0 || Libc.listen(fd, 4096) < 0)
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

    public static void NoDelay(int fd) => Set(fd, TcpLevel, TcpNoDelay, 1);

    /// <summary>Sends a delayed acknowledgement at once.</summary>
    public static void AcknowledgeNow(int fd) => Set(fd, TcpLevel, TcpQuickAcknowledgement, 1);

    /// <summary>The result of a connect that went on in the background; 0 is success.</summary>
    public static int ConnectResult(int fd)
    {
        int error = 0, length = sizeof(int);
        return Libc.getsockopt(fd, SocketLevel, ErrorOption, &error, &length) < 0 ? Libc.LastError : error;
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

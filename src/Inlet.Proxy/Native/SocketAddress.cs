using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Inlet.Proxy;

/// <summary>An IP address and port in the kernel's form (<c>sockaddr_in</c>, <c>sockaddr_in6</c>).</summary>
internal sealed class SocketAddress
{
    /// <summary>Room for the larger of the two.</summary>
    public const int MaxLength = 28;

    public SocketAddress(IPAddress address, int port)
    {
        var v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        Family = v6 ? Libc.FamilyIpv6 : Libc.FamilyIpv4;
        Bytes = new byte[v6 ? 28 : 16];
        BinaryPrimitives.WriteUInt16LittleEndian(Bytes, (ushort)Family);
        BinaryPrimitives.WriteUInt16BigEndian(Bytes.AsSpan(2), (ushort)port);
        address.TryWriteBytes(Bytes.AsSpan(v6 ? 8 : 4), out _);
        if (v6 && address.ScopeId != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(24), (uint)address.ScopeId);
        }
    }

    public int Family { get; }

    public byte[] Bytes { get; }

    public static int PortOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    /// <summary>The address without its port; an IPv4 client of an IPv6 listener comes out as IPv4.</summary>
    public static IPAddress AddressOf(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes) == Libc.FamilyIpv4)
        {
            return new IPAddress(bytes.Slice(4, 4));
        }

        var address = new IPAddress(bytes.Slice(8, 16));
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}

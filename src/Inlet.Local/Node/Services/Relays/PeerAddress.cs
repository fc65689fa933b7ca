using System.Buffers.Binary;
using System.Net;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>Address and port of a peer, as a key: comparable, and no object.</summary>
internal readonly record struct PeerAddress(UInt128 Address, ushort Port, bool IsIpv4)
{
    /// <summary>Size of the larger of <c>sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
    public const int MaxBytes = 28;

    private const int FamilyIpv4 = 2;

    /// <param name="bytes"><c>sockaddr_in</c> or <c>sockaddr_in6</c>.</param>
    public static PeerAddress Read(ReadOnlySpan<byte> bytes)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes) == FamilyIpv4
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port, true)
            : new(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port, false);
    }

    /// <summary>An IPv4 peer of an IPv6 socket comes out as IPv4.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIpv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Address);
            return new IPAddress(bytes[..4]);
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}

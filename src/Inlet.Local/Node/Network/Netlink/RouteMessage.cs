using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Inlet.Local.Node.Network.Netlink;

/// <summary>One rtnetlink request: a header and attributes, each padded to 4 bytes, in the machine's byte order (RFC 3549).</summary>
internal sealed class RouteMessage
{
    private const int HeaderLength = 16;
    private const int AttributeHeaderLength = 4;
    private const ushort Nested = 0x8000;

    private byte[] _bytes = new byte[512];
    private int _length = HeaderLength;

    public RouteMessage(RouteRequest request, RouteFlags flags)
    {
        MemoryMarshal.Write(_bytes.AsSpan(4), (ushort)request);
        MemoryMarshal.Write(_bytes.AsSpan(6), (ushort)flags);
    }

    /// <summary>The request with its length and <paramref name="sequence"/> filled in.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_bytes, (uint)_length);
        MemoryMarshal.Write(_bytes.AsSpan(8), sequence);
        return _bytes.AsSpan(0, _length);
    }

    public RouteMessage LinkHeader(int index = 0, bool up = false, byte family = 0)
    {
        var header = Grow(16);
        header[0] = family;
        MemoryMarshal.Write(header[4..], index);
        if (up)
        {
            // IFF_UP, as the flag's value and as the mask of flags to change.
            MemoryMarshal.Write(header[8..], 1u);
            MemoryMarshal.Write(header[12..], 1u);
        }

        return this;
    }

    public RouteMessage AddressHeader(int index, int prefixLength)
    {
        var header = Grow(8);
        header[0] = RouteConstants.FamilyIpv4;
        header[1] = (byte)prefixLength;
        MemoryMarshal.Write(header[4..], index);
        return this;
    }

    public RouteMessage RouteHeader(int destinationLength, byte table, byte scope, byte type)
    {
        var header = Grow(12);
        header[0] = RouteConstants.FamilyIpv4;
        header[1] = (byte)destinationLength;
        header[4] = table;
        header[5] = RouteConstants.ProtocolStatic;
        header[6] = scope;
        header[7] = type;
        return this;
    }

    public RouteMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Grow(StartAttribute(type, value.Length)));
        return this;
    }

    public RouteMessage Attribute(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(bytes, value);
        return Attribute(type, bytes);
    }

    public RouteMessage Attribute(ushort type, string text) => Attribute(type, Encoding.ASCII.GetBytes(text + '\0'));

    public RouteMessage Attribute(ushort type, IPAddress address) => Attribute(type, address.GetAddressBytes());

    /// <summary>An attribute whose value is what <paramref name="fill"/> adds.</summary>
    public RouteMessage Attributes(ushort type, Action<RouteMessage> fill)
    {
        var start = _length;
        StartAttribute((ushort)(type | Nested), 0);
        fill(this);
        MemoryMarshal.Write(_bytes.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    private int StartAttribute(ushort type, int valueLength)
    {
        var header = Grow(AttributeHeaderLength);
        MemoryMarshal.Write(header, (ushort)(AttributeHeaderLength + valueLength));
        MemoryMarshal.Write(header[2..], type);
        return valueLength;
    }

    private Span<byte> Grow(int count)
    {
        var padded = (count + 3) & ~3;
        if (_length + padded > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + padded));
        }

        var added = _bytes.AsSpan(_length, count);
        _length += padded;
        return added;
    }
}

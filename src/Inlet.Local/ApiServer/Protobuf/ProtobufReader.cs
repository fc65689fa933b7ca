using System.Buffers.Binary;

namespace Inlet.Local.ApiServer.Protobuf;

/// <summary>The protobuf wire format (protobuf.dev, "Encoding"): varints, fixed words, length-delimited bytes. Bounds-checked.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;

    public readonly bool AtEnd => _position == _data.Length;

    /// <exception cref="ProtobufFormatException">Field number 0 or a wire type that does not exist.</exception>
    public (int Field, WireType Type) ReadTag()
    {
        var tag = ReadVarint();
        var field = tag >> 3;
        if (field is 0 or > (1 << 29) - 1)
        {
            throw new ProtobufFormatException("a field number is out of range");
        }

        return ((int)field, (WireType)(tag & 7));
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (AtEnd)
            {
                throw Truncated();
            }

            var b = _data[_position++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new ProtobufFormatException("a varint is longer than 10 bytes");
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)(_data.Length - _position))
        {
            throw Truncated();
        }

        var bytes = _data.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    public ulong ReadFixed64()
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        return value;
    }

    /// <summary>Over a field nobody asked for. Groups (wire types 3 and 4) do not occur in Kubernetes and are refused.</summary>
    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            case WireType.Bytes:
                ReadBytes();
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            default:
                throw new ProtobufFormatException("a wire type is not supported");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_data.Length - _position < length)
        {
            throw Truncated();
        }

        var bytes = _data.Slice(_position, length);
        _position += length;
        return bytes;
    }

    private static ProtobufFormatException Truncated() => new("unexpected end of data");
}

internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>A body that is not what its content type says. The API server answers 400 with the message.</summary>
internal sealed class ProtobufFormatException(string message) : Exception($"the protobuf body is malformed: {message}");

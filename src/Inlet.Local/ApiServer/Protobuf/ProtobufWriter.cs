using System.Buffers;
using System.Text;

namespace Inlet.Local.ApiServer.Protobuf;

/// <summary>Writes the fields of one protobuf message. Empty values are left out, as proto3 does.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public ProtobufWriter Text(int field, string? value) => string.IsNullOrEmpty(value) ? this : Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>An embedded message, also when it is empty.</summary>
    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.Written);

    private ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((uint)field << 3 | (uint)WireType.Bytes);
        Varint((uint)value.Length);
        _buffer.Write(value);
        return this;
    }

    private void Varint(uint value)
    {
        Span<byte> bytes = stackalloc byte[5];
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        _buffer.Write(bytes[..length]);
    }
}

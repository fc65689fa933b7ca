using System.Buffers.Binary;

namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>Bytes as an uncompressed block of a deflate stream, not its last one (RFC 1951 section 3.2.4).</summary>
internal static class StoredBlock
{
    private const int HeadBytes = 5;

    /// <param name="bytes">At most 65,535.</param>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        var block = new byte[HeadBytes + bytes.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(1), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(3), (ushort)~bytes.Length);
        bytes.CopyTo(block.AsSpan(HeadBytes));
        return block;
    }
}

using System.Buffers.Binary;

namespace Inlet.Proxy;

/// <summary>Finds the server name in the beginning of a TLS connection (RFC 8446 §4.1.2, RFC 6066 §3), without taking any part in it.</summary>
internal static class ClientHello
{
    /// <summary>Enough for every client there is; what is longer is not passed through.</summary>
    public const int MostBytes = 16 * 1024;

    private const int RecordHeader = 5;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;

    /// <param name="name">Empty when there is none, or the bytes are no ClientHello.</param>
    /// <returns>False when more bytes are needed.</returns>
    public static bool TryFindName(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (bytes.Length < RecordHeader)
        {
            return false;
        }

        if (bytes[0] != HandshakeRecord || bytes[1] != 3)
        {
            return true;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        if (bytes.Length < RecordHeader + length)
        {
            return length > MostBytes;
        }

        // One in several records is let be: it is answered here, as any other.
        var message = new Reader(bytes.Slice(RecordHeader, length));
        if (message.Byte() == ClientHelloMessage && message.Take(3) is { Length: 3 } && message.Take(2 + 32) is { Length: 34 })
        {
            message.Take(message.Byte());
            message.Take(message.Short());
            message.Take(message.Byte());
            name = NameIn(new Reader(message.Take(message.Short())));
        }

        return true;
    }

    private static ReadOnlySpan<byte> NameIn(Reader extensions)
    {
        while (extensions.Left > 4)
        {
            var kind = extensions.Short();
            var extension = new Reader(extensions.Take(extensions.Short()));
            if (kind == 0)
            {
                var list = new Reader(extension.Take(extension.Short()));
                return list.Byte() == 0 ? list.Take(list.Short()) : default;
            }
        }

        return default;
    }

    /// <summary>Past the end it reads zeros and nothing.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly int Left => _rest.Length;

        public int Byte() => Take(1) is [var one] ? one : 0;

        public int Short() => Take(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : 0;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length)
            {
                _rest = default;
                return default;
            }

            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}

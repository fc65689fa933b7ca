using System.Buffers;

namespace Inlet.Http;

/// <summary>Percent-encoding (RFC 3986 §2.1).</summary>
public static class PercentEncoding
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    private static readonly SearchValues<byte> OfUrls =
        SearchValues.Create("!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~"u8);

    /// <summary>For one component: everything but unreserved characters is encoded.</summary>
    public static void AppendComponent(scoped ReadOnlySpan<byte> value, ref ByteWriter writer) => Append(value, Unreserved, ref writer);

    /// <summary>For a part of a URL that is one already: only what no URL holds is encoded.</summary>
    public static void AppendUrl(scoped ReadOnlySpan<byte> value, ref ByteWriter writer) => Append(value, OfUrls, ref writer);

    private static void Append(scoped ReadOnlySpan<byte> value, SearchValues<byte> passing, ref ByteWriter writer)
    {
        while (!value.IsEmpty)
        {
            var length = value.IndexOfAnyExcept(passing);
            writer.Append(length < 0 ? value : value[..length]);
            if (length < 0)
            {
                return;
            }

            ReadOnlySpan<byte> digits = "0123456789ABCDEF"u8;
            writer.Append([(byte)'%', digits[value[length] >> 4], digits[value[length] & 15]]);
            value = value[(length + 1)..];
        }
    }
}

using System.Diagnostics;

namespace Inlet.Http;

/// <summary>Puts the chunked coding on: one chunk around what was just read, framed where it lies so that one send takes it all.</summary>
public static class ChunkFraming
{
    /// <summary>Bytes that <see cref="Frame"/> may write in front of the data.</summary>
    public const int MaxPrefixBytes = 10;

    /// <summary>Bytes that <see cref="Frame"/> may write behind the data, the trailers not counted.</summary>
    public const int MaxSuffixBytes = 7;

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>Frames <c>buffer[dataStart .. dataStart + dataLength)</c>; no data and not the last frames nothing.</summary>
    /// <param name="last">Also writes the last chunk.</param>
    /// <param name="trailers">Field lines for behind the last chunk, each with its CRLF.</param>
    /// <returns>Start and end of the framed bytes.</returns>
    public static (int Start, int End) Frame(Span<byte> buffer, int dataStart, int dataLength, bool last, ReadOnlySpan<byte> trailers = default)
    {
        Debug.Assert(dataStart >= MaxPrefixBytes && dataStart + dataLength + MaxSuffixBytes + trailers.Length <= buffer.Length);
        var start = dataStart;
        var end = dataStart + dataLength;
        if (dataLength > 0)
        {
            "\r\n"u8.CopyTo(buffer[end..]);
            end += 2;
            start -= 2;
            "\r\n"u8.CopyTo(buffer[start..]);
            for (var size = (uint)dataLength; size > 0; size >>= 4)
            {
                buffer[--start] = HexDigits[(int)(size & 15)];
            }
        }

        if (last)
        {
            "0\r\n"u8.CopyTo(buffer[end..]);
            trailers.CopyTo(buffer[(end + 3)..]);
            end += 3 + trailers.Length;
            "\r\n"u8.CopyTo(buffer[end..]);
            end += 2;
        }

        return (start, end);
    }
}

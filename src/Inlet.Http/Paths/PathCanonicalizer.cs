using System.Buffers;

namespace Inlet.Http;

/// <summary>
/// Makes the one form of a path that matching, authorisation, limits, log and upstream share: unreserved characters decoded,
/// other escapes kept (<c>%2F</c> is not a separator) in upper case, slashes merged, dot segments resolved.
/// </summary>
public static class PathCanonicalizer
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    private static ReadOnlySpan<byte> HexDigits => "0123456789ABCDEF"u8;

    /// <summary>Whether the path may differ from its canonical form; false saves the copy. Errs on the side of true.</summary>
    public static bool NeedsWork(ReadOnlySpan<byte> path) =>
        path.Contains((byte)'%') || path.IndexOf("//"u8) >= 0 || path.IndexOf("/."u8) >= 0;

    /// <param name="path">Starts with <c>/</c>, without query.</param>
    /// <param name="destination">At least as long as <paramref name="path"/>.</param>
    /// <param name="written">Length of the canonical path.</param>
    /// <returns>False for a bad escape, <c>%00</c>, or dots that climb above the root (nginx: 400 too).</returns>
    public static bool TryCanonicalize(ReadOnlySpan<byte> path, Span<byte> destination, out int written)
    {
        written = 0;
        var position = 0;
        while (position < path.Length)
        {
            // At a separator: swallow it with its repetitions, then take one segment, decoded.
            while (position < path.Length && path[position] == '/')
            {
                position++;
            }

            destination[written++] = (byte)'/';
            var segmentStart = written;
            while (position < path.Length && path[position] != '/')
            {
                if (!TakeCharacter(path, ref position, destination, ref written))
                {
                    return false;
                }
            }

            var segment = destination[segmentStart..written];
            if (segment.SequenceEqual("."u8))
            {
                written = segmentStart - 1;
            }
            else if (segment.SequenceEqual(".."u8))
            {
                // Parent of the part before this segment's slash.
                var parent = destination[..(segmentStart - 1)].LastIndexOf((byte)'/');
                if (parent < 0)
                {
                    return false;
                }

                written = parent;
            }
            else
            {
                continue;
            }

            // "/a/." and "/a/.." end in a slash (RFC 3986 §5.2.4); in the middle the next separator writes it.
            if (position == path.Length)
            {
                destination[written++] = (byte)'/';
            }
        }

        return true;
    }

    private static bool TakeCharacter(ReadOnlySpan<byte> path, ref int position, Span<byte> destination, ref int written)
    {
        var value = path[position++];
        if (value != '%')
        {
            destination[written++] = value;
            return true;
        }

        if (position + 2 > path.Length)
        {
            return false;
        }

        var high = HttpSyntax.HexValue(path[position]);
        var low = HttpSyntax.HexValue(path[position + 1]);
        position += 2;
        var decoded = (high << 4) | low;
        if (high < 0 || low < 0 || decoded == 0)
        {
            return false;
        }

        if (Unreserved.Contains((byte)decoded))
        {
            destination[written++] = (byte)decoded;
            return true;
        }

        destination[written++] = (byte)'%';
        destination[written++] = HexDigits[high];
        destination[written++] = HexDigits[low];
        return true;
    }
}

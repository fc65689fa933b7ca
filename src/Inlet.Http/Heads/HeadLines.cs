namespace Inlet.Http;

/// <summary>Lines of a message head. Only CRLF ends one: whoever accepts a bare LF disagrees with somebody about where the head ends.</summary>
public static class HeadLines
{
    /// <param name="length">Of the line at <paramref name="start"/>, without its CRLF.</param>
    internal static ParseStatus Next(ReadOnlySpan<byte> source, int start, out int length, out HttpRefusal refusal)
    {
        refusal = HttpRefusal.None;
        var rest = source[start..];
        length = rest.IndexOfAny(HttpSyntax.LineBreakers);
        if (length < 0)
        {
            return ParseStatus.Incomplete;
        }

        if (rest[length] == '\r')
        {
            if (length + 1 == rest.Length)
            {
                return ParseStatus.Incomplete;
            }

            if (rest[length + 1] == '\n')
            {
                return ParseStatus.Complete;
            }
        }

        refusal = HttpRefusal.ControlCharacter;
        return ParseStatus.Refused;
    }

    /// <summary>
    /// Whether a head that was incomplete at <paramref name="seen"/> bytes is worth parsing again: it now holds an empty
    /// line, or a line feed that makes it malformed. Keeps a client that sends byte by byte from costing quadratic time.
    /// </summary>
    public static bool WorthParsing(ReadOnlySpan<byte> source, int seen)
    {
        var from = Math.Max(seen, 0);
        while (true)
        {
            var at = source[from..].IndexOf((byte)'\n');
            if (at < 0)
            {
                return false;
            }

            at += from;
            var bare = at == 0 || source[at - 1] != '\r';
            if (bare || at == 1 || (at >= 2 && source[at - 2] is (byte)'\n' or (byte)'\r'))
            {
                return true;
            }

            from = at + 1;
        }
    }
}

using System.Text;

namespace Inlet.Http;

/// <summary>Finds what to name in the log when a head was refused. Costs time, so it is for refused heads only.</summary>
public static class HeadOffender
{
    private const int MaxTextLength = 64;

    /// <summary>
    /// One short text, safe to print: the longest field's name and size when the head was too large, else the start of the
    /// request line.
    /// </summary>
    public static string Describe(ReadOnlySpan<byte> source, HttpRefusal refusal)
    {
        if (refusal is not (HttpRefusal.HeadTooLarge or HttpRefusal.TooManyFields))
        {
            var end = source.IndexOfAny((byte)'\r', (byte)'\n');
            return $"request line {Printable(end < 0 ? source : source[..end])}";
        }

        var longest = ReadOnlySpan<byte>.Empty;
        var lines = 0;
        for (var rest = AfterLine(source); !rest.IsEmpty; rest = AfterLine(rest))
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..(end + 1)];
            longest = line.Length > longest.Length ? line : longest;
            lines++;
        }

        var colon = longest.IndexOf((byte)':');
        return $"{lines} fields, longest {Printable(colon < 0 ? longest : longest[..colon])} with {longest.Length} bytes or more";
    }

    private static ReadOnlySpan<byte> AfterLine(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? default : rest[(end + 1)..];
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(MaxTextLength + 4).Append('"');
        foreach (var value in bytes.Length > MaxTextLength ? bytes[..MaxTextLength] : bytes)
        {
            text.Append(value is >= 0x20 and < 0x7f and not (byte)'"' and not (byte)'\\' ? (char)value : '?');
        }

        return text.Append(bytes.Length > MaxTextLength ? "…\"" : "\"").ToString();
    }
}

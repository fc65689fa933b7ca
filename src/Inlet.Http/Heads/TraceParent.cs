using System.Buffers.Text;

namespace Inlet.Http;

/// <summary>A <c>traceparent</c> field (W3C Trace Context §3.2): which trace a request belongs to, and whose child it is.</summary>
public readonly record struct TraceParent(ulong TraceHigh, ulong TraceLow, ulong Span, bool Sampled)
{
    /// <summary>Bytes of the text form.</summary>
    public const int TextLength = 55;

    /// <returns>False for what is no such field: whoever gets it begins a trace of its own (§4.3).</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out TraceParent parent)
    {
        parent = default;
        // A later version may say more behind what this one says (§3.2.4); version ff is none.
        if (text.Length < TextLength || text[2] != '-' || text[35] != '-' || text[52] != '-'
            || !TryHex(text[..2], out var version) || version == 0xff || (version == 0 && text.Length != TextLength)
            || (text.Length > TextLength && text[TextLength] != '-'))
        {
            return false;
        }

        if (!TryHex(text.Slice(3, 16), out var high) || !TryHex(text.Slice(19, 16), out var low) || !TryHex(text.Slice(36, 16), out var span)
            || !TryHex(text.Slice(53, 2), out var flags) || (high | low) == 0 || span == 0)
        {
            return false;
        }

        parent = new TraceParent(high, low, span, (flags & 1) != 0);
        return true;
    }

    /// <param name="destination">At least <see cref="TextLength"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        "00-"u8.CopyTo(destination);
        Hex(TraceHigh, destination[3..]);
        Hex(TraceLow, destination[19..]);
        destination[35] = (byte)'-';
        Hex(Span, destination[36..]);
        "-00"u8.CopyTo(destination[52..]);
        destination[54] = (byte)(Sampled ? '1' : '0');
    }

    private static void Hex(ulong value, Span<byte> destination) =>
        Utf8Formatter.TryFormat(value, destination, out _, new System.Buffers.StandardFormat('x', 16));

    /// <summary>Lower case only (§3.2.2.3).</summary>
    private static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
            {
                return false;
            }

            value = (value << 4) | (uint)HttpSyntax.HexValue(digit);
        }

        return true;
    }
}

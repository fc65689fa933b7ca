using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Inlet.Proxy;

/// <summary>
/// Writes the pieces of a log line, each within a budget of its own, so that no header a client sends can push out what
/// follows. Whatever could end a line or a quoted string is escaped: nobody writes lines in another's name.
/// </summary>
internal ref struct LogText(Span<byte> destination, bool json)
{
    private readonly Span<byte> _destination = destination;
    private readonly bool _json = json;

    // What needs no escape in either format; everything else goes byte by byte.
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Our own text, which needs no escape. The buffer is sized for all budgets together.</summary>
    public void Raw(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _destination[Length..], out var written);
        Length += written;
    }

    /// <summary>Milliseconds with three decimals.</summary>
    public void Milliseconds(long microseconds)
    {
        Number(microseconds / 1000);
        Raw("."u8);
        Utf8Formatter.TryFormat(microseconds % 1000, _destination[Length..], out var written, new StandardFormat('D', 3));
        Length += written;
    }

    public void Quoted(scoped ReadOnlySpan<byte> value, int budget)
    {
        Raw("\""u8);
        Escaped(value, budget);
        Raw("\""u8);
    }

    /// <summary>A Kubernetes name or the like: text of ours, cut at the budget.</summary>
    public void Name(string text, int budget)
    {
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, budget / 3)), _destination[Length..], out var written);
        Length += written;
    }

    public void Escaped(scoped ReadOnlySpan<byte> value, int budget)
    {
        var end = Length + budget;
        if (value.IndexOfAnyExcept(Plain) < 0)
        {
            Raw(value.Length > budget ? value[..budget] : value);
            return;
        }

        var utf8 = _json && Utf8.IsValid(value) && value.Length <= budget;
        foreach (var octet in value)
        {
            // Never in the middle of a character.
            if (Length + 6 > end && (octet & 0xC0) != 0x80)
            {
                return;
            }

            if (Plain.Contains(octet) || (utf8 && octet >= 0x80))
            {
                _destination[Length++] = octet;
            }
            else
            {
                Raw(_json ? "\\u00"u8 : "\\x"u8);
                _destination[Length++] = HexDigits[octet >> 4];
                _destination[Length++] = HexDigits[octet & 15];
            }
        }
    }
}

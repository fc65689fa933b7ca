using System.Buffers.Text;

namespace Inlet.Http;

/// <summary>Appends to a span and remembers whether everything fitted, so that callers check once at the end.</summary>
public ref struct ByteWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public bool Overflowed { get; private set; }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        if (Overflowed || !bytes.TryCopyTo(_destination[Length..]))
        {
            Overflowed = true;
            return;
        }

        Length += bytes.Length;
    }

    public void Append(long number)
    {
        if (Overflowed || !Utf8Formatter.TryFormat(number, _destination[Length..], out var written))
        {
            Overflowed = true;
            return;
        }

        Length += written;
    }

    public void AppendField(scoped ReadOnlySpan<byte> nameAndColon, scoped ReadOnlySpan<byte> value)
    {
        Append(nameAndColon);
        Append(value);
        Append("\r\n"u8);
    }
}

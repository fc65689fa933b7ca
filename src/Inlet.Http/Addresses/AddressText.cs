using System.Buffers.Binary;

namespace Inlet.Http;

/// <summary>
/// IP addresses from text without an object for each: as 128 bits, IPv4 in its mapped form (RFC 4291 §2.5.5.2). Strict: four
/// decimal parts without leading zeros, no zone, no port.
/// </summary>
public static class AddressText
{
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 address)
    {
        if (text.Contains((byte)':'))
        {
            return TryParseV6(text, out address);
        }

        var parsed = TryParseV4(text, out var v4);
        address = Mapped(v4);
        return parsed;
    }

    public static UInt128 Mapped(uint v4) => new(0, 0xffff_0000_0000UL | v4);

    private static bool TryParseV4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        for (var part = 0; part < 4; part++)
        {
            var end = part < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end is < 1 or > 3 || (end > 1 && text[0] == '0'))
            {
                return false;
            }

            var value = 0;
            foreach (var digit in text[..end])
            {
                if (!HttpSyntax.IsDigit(digit))
                {
                    return false;
                }

                value = (value * 10) + (digit - '0');
            }

            if (value > 255)
            {
                return false;
            }

            address = (address << 8) | (uint)value;
            text = part < 3 ? text[(end + 1)..] : default;
        }

        return true;
    }

    private static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = 0;
        Span<ushort> groups = stackalloc ushort[8];
        var count = 0;
        var gapAt = -1;
        if (text.StartsWith("::"u8))
        {
            gapAt = 0;
            text = text[2..];
        }

        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)':');
            var part = end < 0 ? text : text[..end];
            if (end < 0 && part.Contains((byte)'.'))
            {
                if (count > 6 || !TryParseV4(part, out var v4))
                {
                    return false;
                }

                groups[count++] = (ushort)(v4 >> 16);
                groups[count++] = (ushort)v4;
                break;
            }

            if (count == 8 || !TryGroup(part, out groups[count]))
            {
                return false;
            }

            count++;
            if (end < 0)
            {
                break;
            }

            text = text[(end + 1)..];
            if (text.IsEmpty)
            {
                return false;
            }

            if (text[0] == ':')
            {
                if (gapAt >= 0)
                {
                    return false;
                }

                gapAt = count;
                text = text[1..];
            }
        }

        if (gapAt < 0 ? count != 8 : count > 7)
        {
            return false;
        }

        address = Assemble(groups, count, gapAt);
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> part, out ushort value)
    {
        value = 0;
        if (part.Length is < 1 or > 4)
        {
            return false;
        }

        foreach (var octet in part)
        {
            var digit = HttpSyntax.HexValue(octet);
            if (digit < 0)
            {
                return false;
            }

            value = (ushort)((value << 4) | digit);
        }

        return true;
    }

    private static UInt128 Assemble(ReadOnlySpan<ushort> groups, int count, int gapAt)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        for (var index = 0; index < count; index++)
        {
            var place = gapAt >= 0 && index >= gapAt ? index + (8 - count) : index;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(place * 2)..], groups[index]);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

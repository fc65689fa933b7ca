using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Http;

/// <summary>
/// Parses the header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt). Nothing is guessed: bytes that
/// are neither are refused, for a sender that is trusted to send the header must send it.
/// </summary>
public static class ProxyHeaderParser
{
    /// <summary>Longer headers are refused. The specification allows 64 KiB of extensions; what is sent stays far below this.</summary>
    public const int MaxBytes = 4096;

    /// <summary>§2.1: the longest line, its CRLF included.</summary>
    private const int MaxLineBytes = 107;

    private const int BinaryPrefixBytes = 16;

    private static ReadOnlySpan<byte> LinePrefix => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    public static ParseStatus Parse(ReadOnlySpan<byte> source, out ProxyHeader header)
    {
        header = default;
        if (StartsAlike(source, Signature))
        {
            return source.Length < BinaryPrefixBytes ? ParseStatus.Incomplete : ParseBinary(source, out header);
        }

        return StartsAlike(source, LinePrefix) ? ParseLine(source, out header) : ParseStatus.Refused;
    }

    private static bool StartsAlike(ReadOnlySpan<byte> source, ReadOnlySpan<byte> prefix) =>
        source.Length >= prefix.Length ? source.StartsWith(prefix) : prefix.StartsWith(source);

    private static ParseStatus ParseLine(ReadOnlySpan<byte> source, out ProxyHeader header)
    {
        header = default;
        var window = source[..Math.Min(source.Length, MaxLineBytes)];
        var end = window.IndexOfAny((byte)'\r', (byte)'\n');
        if (end >= 0 && window[end] == '\n')
        {
            return ParseStatus.Refused;
        }

        if (end < 0 || end + 1 == window.Length)
        {
            return window.Length == MaxLineBytes ? ParseStatus.Refused : ParseStatus.Incomplete;
        }

        if (window[end + 1] != '\n' || end < LinePrefix.Length)
        {
            return ParseStatus.Refused;
        }

        var length = end + 2;
        var rest = window[LinePrefix.Length..end];
        var family = Word(ref rest);
        if (family.SequenceEqual("UNKNOWN"u8))
        {
            // The rest of the line is to be ignored.
            header = new ProxyHeader(null, 0, length);
            return ParseStatus.Complete;
        }

        var expected = family.SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork
            : family.SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6 : AddressFamily.Unspecified;
        if (!TryAddress(Word(ref rest), expected, out var from) || !TryAddress(Word(ref rest), expected, out _)
            || !TryPort(Word(ref rest), out _) || !TryPort(rest, out var port))
        {
            return ParseStatus.Refused;
        }

        header = new ProxyHeader(from, port, length);
        return ParseStatus.Complete;
    }

    /// <summary>Up to the next space, which is consumed; single spaces separate.</summary>
    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        var word = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        return word;
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, AddressFamily family, out IPAddress address)
    {
        address = IPAddress.None;
        // No zone, no brackets, no shortened IPv4: each would be another spelling of an address that access lists compare.
        return !text.IsEmpty && !text.ContainsAnyExcept(HttpSyntax.Ipv6Literal)
            && (family != AddressFamily.InterNetwork || text.Count((byte)'.') == 3)
            && IPAddress.TryParse(Encoding.ASCII.GetString(text), out address!) && address.AddressFamily == family;
    }

    private static bool TryPort(ReadOnlySpan<byte> text, out int port) =>
        Utf8Parser.TryParse(text, out port, out var consumed) && consumed == text.Length && text.Length <= 5
        && HttpSyntax.IsDigit(text[0]) && port is >= 0 and <= 65535 && (text.Length == 1 || text[0] != '0');

    private static ParseStatus ParseBinary(ReadOnlySpan<byte> source, out ProxyHeader header)
    {
        header = default;
        var version = source[12] >> 4;
        var command = source[12] & 15;
        var family = source[13];
        var length = BinaryPrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(source[14..]);
        if (version != 2 || command > 1 || length > MaxBytes)
        {
            return ParseStatus.Refused;
        }

        if (source.Length < length)
        {
            return ParseStatus.Incomplete;
        }

        var addresses = source[BinaryPrefixBytes..length];
        // LOCAL, and families that are not TCP over IP: the connection is the sender's own (§2.2).
        var (addressBytes, isTcp) = (command, family) switch
        {
            (1, 0x11) => (4, true),
            (1, 0x21) => (16, true),
            _ => (0, false),
        };
        if (!isTcp)
        {
            header = new ProxyHeader(null, 0, length);
            return ParseStatus.Complete;
        }

        if (addresses.Length < (addressBytes * 2) + 4)
        {
            return ParseStatus.Refused;
        }

        var from = new IPAddress(addresses[..addressBytes]);
        header = new ProxyHeader(
            from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from,
            BinaryPrimitives.ReadUInt16BigEndian(addresses[((addressBytes * 2) + 2)..]), length);
        return ParseStatus.Complete;
    }
}

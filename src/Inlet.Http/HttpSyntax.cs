using System.Buffers;

namespace Inlet.Http;

/// <summary>Character classes of RFC 9110 and RFC 3986, as vectorised searches.</summary>
internal static class HttpSyntax
{
    /// <summary>RFC 9110 §5.6.2 <c>tchar</c>.</summary>
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// What ends or spoils a line of a message head: every control character but HTAB. Finding the first one finds the CR
    /// of a good line and the offence of a bad one in the same pass.
    /// </summary>
    public static readonly SearchValues<byte> LineBreakers = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127,
    ]);

    /// <summary>Visible ASCII without <c>#</c>: what a request target may hold. Browsers send more than RFC 3986 allows, but no fragment.</summary>
    public static readonly SearchValues<byte> Target = SearchValues.Create(
        "!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>A DNS name or IPv4 address. Narrower than RFC 3986 <c>reg-name</c>: no Ingress host can hold the rest.</summary>
    public static readonly SearchValues<byte> HostName =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Between the brackets of an IPv6 literal. No zone: it means something on the sender's machine only.</summary>
    public static readonly SearchValues<byte> Ipv6Literal = SearchValues.Create(".0123456789:ABCDEFabcdef"u8);

    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    /// <summary>0 … 15, or -1.</summary>
    public static int HexValue(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };

    public static ReadOnlySpan<byte> TrimWhitespace(ReadOnlySpan<byte> value) => value.Trim(" \t"u8);
}

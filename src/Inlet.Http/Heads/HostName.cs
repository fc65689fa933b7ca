using System.Text;

namespace Inlet.Http;

/// <summary>The Host field's grammar (RFC 9112 §3.2) and the one form of a host that routing compares.</summary>
public static class HostName
{
    /// <summary>Longest host name worth looking at (RFC 1035 §2.3.4, with its trailing dot).</summary>
    public const int MaxLength = 254;

    /// <summary>Lower case, without a trailing dot.</summary>
    /// <returns>Bytes written to <paramref name="destination"/>, which must hold <see cref="MaxLength"/>.</returns>
    public static int Canonicalize(ReadOnlySpan<byte> host, Span<byte> destination)
    {
        Ascii.ToLower(host, destination, out var written);
        return written > 0 && destination[written - 1] == '.' ? written - 1 : written;
    }

    /// <summary>Length of the host in <c>host [":" port]</c>, or -1 when the value is not that.</summary>
    internal static int Length(ReadOnlySpan<byte> value)
    {
        int length;
        if (!value.IsEmpty && value[0] == '[')
        {
            length = value.IndexOf((byte)']') + 1;
            if (length < 4 || value[1..(length - 1)].ContainsAnyExcept(HttpSyntax.Ipv6Literal))
            {
                return -1;
            }
        }
        else
        {
            length = value.IndexOf((byte)':');
            length = length < 0 ? value.Length : length;
            var name = value[..length];
            if (length == 0 || name[0] == '.' || name.ContainsAnyExcept(HttpSyntax.HostName) || name.IndexOf(".."u8) >= 0)
            {
                return -1;
            }
        }

        return length <= MaxLength && IsPort(value[length..]) ? length : -1;
    }

    private static bool IsPort(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return true;
        }

        if (value[0] != ':' || value.Length > 6)
        {
            return false;
        }

        var port = 0;
        foreach (var digit in value[1..])
        {
            if (!HttpSyntax.IsDigit(digit))
            {
                return false;
            }

            port = (port * 10) + (digit - '0');
        }

        return port <= 65535;
    }
}

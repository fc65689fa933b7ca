using System.Globalization;
using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>
/// Brings the path of a route into the form the data plane gives a request's path (decisions.md 4): unreserved characters
/// decoded, other escapes kept in upper case, characters that cannot stand in a request line escaped. Otherwise
/// <c>/caf%c3%a9</c> or <c>/café</c> in a manifest would match nothing.
/// </summary>
internal static class PathPattern
{
    /// <summary>The bytes to compare. A prefix comes without its trailing slash, so <c>/</c> becomes the empty string.</summary>
    public static byte[] Canonical(PathMatch match)
    {
        var bytes = Encoding.UTF8.GetBytes(match.Path);
        var text = new List<byte>(bytes.Length);
        for (var index = 0; index < bytes.Length; index++)
        {
            var value = bytes[index];
            if (value == '%' && TryUnescape(bytes, index, out var decoded))
            {
                index += 2;
                if (IsUnreserved(decoded))
                {
                    text.Add(decoded);
                }
                else
                {
                    Escape(text, decoded);
                }
            }
            else if (value is <= 0x20 or >= 0x7F)
            {
                Escape(text, value);
            }
            else
            {
                text.Add(value);
            }
        }

        while (match.Kind == PathMatchKind.Prefix && text.Count > 0 && text[^1] == '/')
        {
            text.RemoveAt(text.Count - 1);
        }

        return [.. text];
    }

    private static bool TryUnescape(byte[] bytes, int index, out byte decoded)
    {
        decoded = 0;
        return index + 2 < bytes.Length && byte.TryParse(
            bytes.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out decoded);
    }

    // RFC 3986 §2.3.
    private static bool IsUnreserved(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~';

    private static void Escape(List<byte> text, byte value)
    {
        text.Add((byte)'%');
        text.AddRange(Encoding.ASCII.GetBytes(value.ToString("X2", CultureInfo.InvariantCulture)));
    }
}

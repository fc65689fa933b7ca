using System.Text;

namespace Inlet.Http;

/// <summary>Looks into Cookie fields (RFC 6265 §4.2.1) as they are: lenient, because nothing but a choice depends on it.</summary>
public static class Cookies
{
    /// <summary>The value of the first cookie of the name, which is compared without case, as nginx does.</summary>
    public static bool TryFind(RequestHead head, ReadOnlySpan<byte> source, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (ref readonly var field in head.Block.Fields)
        {
            if (field.Kind == FieldKind.Cookie && TryFind(field.Value(source), name, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TryFind(ReadOnlySpan<byte> cookies, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        while (!cookies.IsEmpty)
        {
            var end = cookies.IndexOf((byte)';');
            var pair = (end < 0 ? cookies : cookies[..end]).Trim((byte)' ');
            cookies = end < 0 ? default : cookies[(end + 1)..];
            if (pair.Length > name.Length && pair[name.Length] == '=' && Ascii.EqualsIgnoreCase(pair[..name.Length], name))
            {
                value = pair[(name.Length + 1)..];
                return true;
            }
        }

        return false;
    }
}

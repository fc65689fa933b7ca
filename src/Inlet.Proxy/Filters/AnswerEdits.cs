using System.Text;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>Fields of an endpoint's answer that do not pass as they are: those that the route's own replace, cookies, and redirects.</summary>
internal sealed class AnswerEdits : IFieldFilter
{
    private readonly DroppedFields _dropped;
    private readonly (byte[] From, byte[] To)? _domain;
    private readonly (byte[] From, byte[] To)? _path;
    private readonly (byte[] From, byte[] To)? _redirect;

    private AnswerEdits(IEnumerable<string> dropped, AnswerRewritePolicy? rewrite)
    {
        _dropped = new DroppedFields(dropped);
        _domain = Bytes(rewrite?.CookieDomain is { } domain ? domain with { From = domain.From.TrimStart('.') } : null);
        _path = Bytes(rewrite?.CookiePath);
        _redirect = Bytes(rewrite?.Redirect);
    }

    /// <returns>Null when every field passes.</returns>
    public static AnswerEdits? Of(IReadOnlyList<string> dropped, AnswerRewritePolicy? rewrite) =>
        dropped.Count > 0 || rewrite is not null ? new AnswerEdits(dropped, rewrite) : null;

    public bool Concerns(ReadOnlySpan<byte> name) =>
        _dropped.Concerns(name) || (_redirect is not null && IsRedirect(name)) || ((_domain is not null || _path is not null) && IsCookie(name));

    public void Replace(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref ByteWriter writer)
    {
        if (_dropped.Concerns(name))
        {
            return;
        }

        writer.Append(name);
        writer.Append(": "u8);
        if (IsCookie(name))
        {
            WriteCookie(value, ref writer);
        }
        else
        {
            WriteRedirect(name, value, ref writer);
        }

        writer.Append("\r\n"u8);
    }

    private static bool IsRedirect(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "location"u8) || Ascii.EqualsIgnoreCase(name, "refresh"u8);

    private static bool IsCookie(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "set-cookie"u8);

    private void WriteRedirect(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref ByteWriter writer)
    {
        var (from, to) = _redirect!.Value;
        var start = Ascii.EqualsIgnoreCase(name, "location"u8) ? 0 : UrlInRefresh(value);
        writer.Append(value[..start]);
        var url = value[start..];
        var changes = url.StartsWith(from);
        writer.Append(changes ? to : default(ReadOnlySpan<byte>));
        writer.Append(changes ? url[from.Length..] : url);
    }

    /// <summary><c>5; url=http://…</c></summary>
    private static int UrlInRefresh(ReadOnlySpan<byte> value)
    {
        var equals = value.IndexOf((byte)'=');
        return equals < 0 ? 0 : equals + 1;
    }

    private void WriteCookie(ReadOnlySpan<byte> value, ref ByteWriter writer)
    {
        var first = true;
        while (true)
        {
            var end = value.IndexOf((byte)';');
            var part = end < 0 ? value : value[..end];
            // The first is the cookie itself, whatever it is called.
            if (first || !TryWriteAttribute(part, ref writer))
            {
                writer.Append(part);
            }

            if (end < 0)
            {
                return;
            }

            first = false;
            writer.Append(";"u8);
            value = value[(end + 1)..];
        }
    }

    private bool TryWriteAttribute(ReadOnlySpan<byte> part, ref ByteWriter writer)
    {
        var equals = part.IndexOf((byte)'=');
        if (equals < 0)
        {
            return false;
        }

        var name = part[..equals].Trim((byte)' ');
        var value = part[(equals + 1)..].Trim((byte)' ');
        if (_domain is { } domain && Ascii.EqualsIgnoreCase(name, "domain"u8) && Ascii.EqualsIgnoreCase(value.TrimStart((byte)'.'), domain.From))
        {
            writer.Append(part[..(equals + 1)]);
            writer.Append(domain.To);
            return true;
        }

        if (_path is { } path && Ascii.EqualsIgnoreCase(name, "path"u8) && value.StartsWith(path.From))
        {
            writer.Append(part[..(equals + 1)]);
            writer.Append(path.To);
            writer.Append(value[path.From.Length..]);
            return true;
        }

        return false;
    }

    private static (byte[] From, byte[] To)? Bytes(TextReplacement? replacement) => replacement is null
        ? null : (Encoding.ASCII.GetBytes(replacement.From), Encoding.ASCII.GetBytes(replacement.To));
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// The cookie of one route's affinity: <c>key|backend</c>, 16 hexadecimal digits each. Whatever a client makes of it, it only chooses
/// among the endpoints that it could meet anyway.
/// </summary>
internal sealed class StickyCookie
{
    private const int Digits = 16;

    private readonly byte[] _start;
    private readonly byte[] _end;
    private readonly byte[] _sameSite;

    public StickyCookie(AffinityPolicy policy)
    {
        Policy = policy;
        Name = Encoding.ASCII.GetBytes(policy.CookieName);
        _start = Encoding.ASCII.GetBytes($"Set-Cookie: {policy.CookieName}=");
        var text = new StringBuilder(policy.MaxAge is { } age ? $"; Max-Age={age}" : "");
        text.Append($"; Path={PathOf(policy)}");
        text.Append(policy.Domain is { } domain ? $"; Domain={domain}" : "");
        text.Append("; HttpOnly");
        _end = Encoding.ASCII.GetBytes(text.ToString());
        _sameSite = Encoding.ASCII.GetBytes(policy.SameSite is { } sameSite ? $"; SameSite={sameSite}" : "");
    }

    public AffinityPolicy Policy { get; }

    public byte[] Name { get; }

    public bool TryRead(RequestHead head, ReadOnlySpan<byte> source, out ulong key, out ulong backend)
    {
        key = backend = 0;
        return Cookies.TryFind(head, source, Name, out var value) && value.Length == Digits + 1 + Digits && value[Digits] == '|'
            && Utf8Parser.TryParse(value[..Digits], out key, out var read, 'x') && read == Digits
            && Utf8Parser.TryParse(value[(Digits + 1)..], out backend, out read, 'x') && read == Digits;
    }

    /// <summary>Whether this browser takes SameSite=None for Strict, and the route spares it that.</summary>
    public bool LeavesSameSiteOut(ReadOnlySpan<byte> userAgent) =>
        Policy is { ConditionalSameSiteNone: true, SameSite: "None" } && SameSiteNone.IsMisunderstoodBy(userAgent);

    public void Write(ulong key, ulong backend, bool tls, bool withoutSameSite, DateTimeOffset now, ref ByteWriter writer)
    {
        writer.Append(_start);
        AppendHex(key, ref writer);
        writer.Append("|"u8);
        AppendHex(backend, ref writer);
        if (Policy.Expires is { } seconds)
        {
            Span<byte> date = stackalloc byte[29];
            Utf8Formatter.TryFormat(now.AddSeconds(seconds), date, out _, new StandardFormat('R'));
            writer.Append("; Expires="u8);
            writer.Append(date);
        }

        writer.Append(_end);
        writer.Append(tls || Policy.Secure ? "; Secure"u8 : default);
        writer.Append(withoutSameSite ? default : _sameSite);
        writer.Append("\r\n"u8);
    }

    private static void AppendHex(ulong value, ref ByteWriter writer)
    {
        Span<byte> text = stackalloc byte[Digits];
        Utf8Formatter.TryFormat(value, text, out _, new StandardFormat('x', Digits));
        writer.Append(text);
    }

    // A rule's path may hold what would end the attribute.
    private static string PathOf(AffinityPolicy policy)
    {
        var path = policy.Path ?? "/";
        return path.All(static c => c is > ' ' and <= '~' and not ';' and not ',') ? path : "/";
    }
}

using System.Diagnostics;

namespace Inlet.Http;

/// <summary>
/// The fields behind a chunked body's last chunk. They arrive when routing, checks and the head are done with, so none may pass
/// that would have been looked at there: some recipients merge them into the head (RFC 9110 §6.5.1, §6.5.2).
/// </summary>
public static class TrailerSection
{
    /// <summary>Copies the fields that may go on, as they came.</summary>
    /// <param name="section">Validated by <see cref="ChunkedDecoder"/>: field lines, then an empty line.</param>
    /// <param name="destination">At least as long as <paramref name="section"/>.</param>
    /// <returns>Bytes written: whole lines, without the empty one.</returns>
    public static int CopyFields(ReadOnlySpan<byte> section, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var end = section.IndexOf("\r\n"u8);
            Debug.Assert(end >= 0, "a section without its end");
            if (end <= 0)
            {
                return written;
            }

            var line = section[..(end + 2)];
            if (MayPass(line[..line.IndexOf((byte)':')]))
            {
                line.CopyTo(destination[written..]);
                written += line.Length;
            }

            section = section[(end + 2)..];
        }
    }

    /// <summary>Whether a field of this name decides nothing that is decided before the trailers come.</summary>
    public static bool MayPass(ReadOnlySpan<byte> name)
    {
        // Framing, routing, the connection, forwarding, cookies, and what only a proxy may set.
        if (name.Contains((byte)'_') || FieldNames.Classify(name) != FieldKind.Other)
        {
            return false;
        }

        // Of the fields about the content only the digest can be known no earlier (RFC 9530 §2).
        return FieldNames.Is(name, "content-digest"u8) || (!HasForbiddenPrefix(name) && !IsForbidden(name));
    }

    private static bool HasForbiddenPrefix(ReadOnlySpan<byte> name) =>
        Starts(name, "content-"u8) || Starts(name, "if-"u8) || Starts(name, "x-forwarded-"u8) || Starts(name, "x-original-"u8)
        || Starts(name, "x-auth-"u8) || Starts(name, "access-control-"u8) || Starts(name, "proxy-"u8) || Starts(name, "sec-"u8)
        || Starts(name, "accept-"u8);

    /// <summary>Request modifiers, authentication, and what controls an answer's use (RFC 9110 §6.5.1).</summary>
    private static bool IsForbidden(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 => FieldNames.Is(name, "age"u8),
        4 => FieldNames.Is(name, "date"u8) || FieldNames.Is(name, "vary"u8),
        5 => FieldNames.Is(name, "range"u8),
        6 => FieldNames.Is(name, "accept"u8) || FieldNames.Is(name, "pragma"u8) || FieldNames.Is(name, "origin"u8) || FieldNames.Is(name, "cookie"u8),
        7 => FieldNames.Is(name, "expires"u8) || FieldNames.Is(name, "referer"u8) || FieldNames.Is(name, "warning"u8),
        8 => FieldNames.Is(name, "location"u8),
        10 => FieldNames.Is(name, "set-cookie"u8) || FieldNames.Is(name, "user-agent"u8),
        11 => FieldNames.Is(name, "retry-after"u8),
        12 => FieldNames.Is(name, "max-forwards"u8),
        13 => FieldNames.Is(name, "authorization"u8) || FieldNames.Is(name, "cache-control"u8) || FieldNames.Is(name, "x-rewrite-url"u8),
        16 => FieldNames.Is(name, "www-authenticate"u8) || FieldNames.Is(name, "x-accel-redirect"u8),
        22 => FieldNames.Is(name, "x-http-method-override"u8),
        25 => FieldNames.Is(name, "strict-transport-security"u8),
        _ => false,
    };

    private static bool Starts(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) =>
        name.Length > lower.Length && FieldNames.Is(name[..lower.Length], lower);
}

namespace Inlet.Http;

/// <summary>The fields that framing, forwarding or routing look at. All others are <see cref="Other"/> and pass through.</summary>
public enum FieldKind : byte
{
    Other,
    Host,
    ContentLength,
    TransferEncoding,
    Connection,
    Upgrade,
    Expect,
    Cookie,

    /// <summary>Means something on this connection only (RFC 9110 §7.6.1, RFC 2616 §13.5.1).</summary>
    HopByHop,

    XForwardedFor,
    XForwardedProto,
    XForwardedHost,
    XForwardedPort,
    XRealIp,
    XRequestId,
    Forwarded,

    /// <summary>
    /// What back ends believe because only a proxy could have set it: <c>Proxy</c> (httpoxy), <c>ssl-client-*</c>, and names
    /// with underscores, which CGI-like back ends cannot tell from the same name with hyphens. Never forwarded from a client.
    /// </summary>
    Spoofing,

    /// <summary>Announces trailers; passes where a chunked body does.</summary>
    Trailer,

    /// <summary>W3C Trace Context: replaced where requests are traced here.</summary>
    TraceParent,

    /// <summary>Belongs to the trace that <see cref="TraceParent"/> names, and goes with it.</summary>
    TraceState,
}

/// <summary>One field line, as positions in the bytes it was parsed from.</summary>
public struct HeadField
{
    public int NameStart { readonly get; internal set; }
    public int NameLength { readonly get; internal set; }
    public int ValueStart { readonly get; internal set; }

    /// <summary>Without white space around it.</summary>
    public int ValueLength { readonly get; internal set; }

    /// <summary>Just behind the line's CRLF.</summary>
    public int LineEnd { readonly get; internal set; }

    public FieldKind Kind { readonly get; internal set; }

    /// <summary>Named by the Connection field: goes no further.</summary>
    public bool Nominated { readonly get; internal set; }

    public readonly ReadOnlySpan<byte> Name(ReadOnlySpan<byte> source) => source.Slice(NameStart, NameLength);

    public readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> source) => source.Slice(ValueStart, ValueLength);
}

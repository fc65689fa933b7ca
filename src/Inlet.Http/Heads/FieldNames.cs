using System.Text;

namespace Inlet.Http;

/// <summary>Sorts a field's name into a <see cref="FieldKind"/>; by length first, so that most names cost one jump.</summary>
internal static class FieldNames
{
    public static FieldKind Classify(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 2:
                return Is(name, "te"u8) ? FieldKind.HopByHop : FieldKind.Other;
            case 4:
                return Is(name, "host"u8) ? FieldKind.Host : FieldKind.Other;
            case 5:
                return Is(name, "proxy"u8) ? FieldKind.Spoofing : FieldKind.Other;
            case 6:
                return Is(name, "cookie"u8) ? FieldKind.Cookie : Is(name, "expect"u8) ? FieldKind.Expect : FieldKind.Other;
            case 7:
                return Is(name, "upgrade"u8) ? FieldKind.Upgrade : Is(name, "trailer"u8) ? FieldKind.Trailer : FieldKind.Other;
            case 9:
                return Is(name, "x-real-ip"u8) ? FieldKind.XRealIp : Is(name, "forwarded"u8) ? FieldKind.Forwarded : FieldKind.Other;
            case 10:
                return Is(name, "connection"u8) ? FieldKind.Connection : Is(name, "keep-alive"u8) ? FieldKind.HopByHop
                    : Is(name, "tracestate"u8) ? FieldKind.TraceState : FieldKind.Other;
            case 11:
                return Is(name, "traceparent"u8) ? FieldKind.TraceParent : TlsClientOrOther(name);
            case 12:
                return Is(name, "x-request-id"u8) ? FieldKind.XRequestId : TlsClientOrOther(name);
            case 14:
                return Is(name, "content-length"u8) ? FieldKind.ContentLength : TlsClientOrOther(name);
            case 15:
                return Is(name, "x-forwarded-for"u8) ? FieldKind.XForwardedFor : TlsClientOrOther(name);
            case 16:
                return Is(name, "x-forwarded-host"u8) ? FieldKind.XForwardedHost
                    : Is(name, "x-forwarded-port"u8) ? FieldKind.XForwardedPort
                    : Is(name, "proxy-connection"u8) ? FieldKind.HopByHop : TlsClientOrOther(name);
            case 17:
                return Is(name, "transfer-encoding"u8) ? FieldKind.TransferEncoding
                    : Is(name, "x-forwarded-proto"u8) ? FieldKind.XForwardedProto : TlsClientOrOther(name);
            case 18:
                return Is(name, "proxy-authenticate"u8) ? FieldKind.HopByHop : TlsClientOrOther(name);
            case 19:
                return Is(name, "proxy-authorization"u8) ? FieldKind.HopByHop : TlsClientOrOther(name);
            default:
                return TlsClientOrOther(name);
        }
    }

    /// <summary>Fields a client may not make us strip by naming them in Connection.</summary>
    public static bool IsEndToEnd(ReadOnlySpan<byte> name) => Classify(name) switch
    {
        FieldKind.Host or FieldKind.ContentLength or FieldKind.TransferEncoding or FieldKind.Expect or FieldKind.Cookie
            or FieldKind.XForwardedFor or FieldKind.XForwardedProto or FieldKind.XForwardedHost or FieldKind.XForwardedPort
            or FieldKind.XRealIp or FieldKind.XRequestId or FieldKind.Forwarded => true,
        _ => Is(name, "authorization"u8) || Is(name, "content-type"u8) || Is(name, "cache-control"u8),
    };

    /// <summary>Whether one protocol of an Upgrade field's list is HTTP: <c>h2c</c>, <c>h2</c>, <c>HTTP/…</c>.</summary>
    public static bool OffersHttp(ReadOnlySpan<byte> list)
    {
        while (!list.IsEmpty)
        {
            var comma = list.IndexOf((byte)',');
            var protocol = HttpSyntax.TrimWhitespace(comma < 0 ? list : list[..comma]);
            list = comma < 0 ? default : list[(comma + 1)..];
            if (Is(protocol, "h2c"u8) || Is(protocol, "h2"u8) || (protocol.Length >= 4 && Is(protocol[..4], "http"u8)))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(name, lower);

    private static FieldKind TlsClientOrOther(ReadOnlySpan<byte> name) =>
        name.Length >= 11 && Is(name[..11], "ssl-client-"u8) ? FieldKind.Spoofing : FieldKind.Other;
}

namespace Inlet.Http;

/// <summary>Why a message is not accepted. Which status a client sees for it is the proxy's business, in one file there.</summary>
public enum HttpRefusal
{
    None,

    /// <summary>Not <c>method SP target SP version</c> with single spaces (RFC 9112 §3), or an empty line before it.</summary>
    RequestLineMalformed,

    RequestLineTooLong,

    /// <summary>CONNECT and TRACE: a reverse proxy has no use for either.</summary>
    MethodNotSupported,

    /// <summary>Neither origin-form nor absolute-form, or a byte no target may hold.</summary>
    TargetMalformed,

    /// <summary>A bad or NUL percent-escape, or dot segments that climb above the root.</summary>
    PathMalformed,

    VersionNotSupported,

    /// <summary>A status line that is not <c>HTTP/1.x SP 3DIGIT</c> (RFC 9112 §4).</summary>
    StatusLineMalformed,

    HeadTooLarge,

    TooManyFields,

    /// <summary>A bare CR or LF, NUL or another control character.</summary>
    ControlCharacter,

    /// <summary>A field line that starts with white space: obs-fold (RFC 9112 §5.2) or an attempt at one.</summary>
    ObsoleteFolding,

    /// <summary>Empty, not a token, or followed by a space before the colon.</summary>
    FieldNameMalformed,

    HostMissing,

    HostRepeated,

    HostMalformed,

    /// <summary>The authority of an absolute-form target is not the Host field's value.</summary>
    HostDisagrees,

    ContentLengthRepeated,

    /// <summary>Not digits only, or beyond 2⁶³-1.</summary>
    ContentLengthMalformed,

    /// <summary>Anything but exactly <c>chunked</c>, or more than one Transfer-Encoding field.</summary>
    TransferEncodingNotChunked,

    /// <summary>Both Content-Length and Transfer-Encoding: the two readings are what request smuggling is made of.</summary>
    TransferEncodingWithContentLength,

    TransferEncodingOnHttp10,

    /// <summary>Expect other than <c>100-continue</c>.</summary>
    ExpectationNotSupported,

    /// <summary>Connection names a field that must reach the other end, e.g. Authorization: stripping it would change the request's meaning.</summary>
    ConnectionNamesEndToEndField,

    /// <summary>A chunk size, extension or terminator that is not RFC 9112 §7.1.</summary>
    ChunkMalformed,
}

/// <summary>What a parser made of the bytes it was given.</summary>
public enum ParseStatus
{
    /// <summary>All good so far, but the end is not there yet.</summary>
    Incomplete,

    Complete,

    Refused,
}

namespace Inlet.Proxy;

/// <summary>Everything the proxy answers itself, by cause. What status each gets stands in <see cref="FailureResponses"/>.</summary>
internal enum Failure : byte
{
    None,
    BadRequest,
    MethodNotAllowed,
    RequestLineTooLong,
    HeadTooLarge,
    ExpectationFailed,
    VersionNotSupported,
    BodyTooLarge,
    ClientTooSlow,
    NoRoute,
    NoEndpoints,

    /// <summary>Every endpoint has all the requests it may have.</summary>
    EndpointsBusy,
    UpstreamRefused,
    UpstreamClosed,
    UpstreamMalformed,
    ConnectTimedOut,
    UpstreamTimedOut,
    RedirectToTls,

    /// <summary>The route redirects; its policy says with what status.</summary>
    Redirected,

    /// <summary>The client's address may not use the route.</summary>
    AddressDenied,

    /// <summary>The handshake named a host with another client certificate policy (RFC 9110 §15.5.20).</summary>
    Misdirected,
    ClientCertificateMissing,
    ClientCertificateInvalid,

    /// <summary>Plain HTTP to a host that asks for client certificates and does not redirect.</summary>
    TlsRequired,

    /// <summary>What clients' certificates should be verified against does not parse.</summary>
    ClientCheckBroken,

    /// <summary>A setting that protects the route cannot be honoured.</summary>
    RouteClosed,

    /// <summary>The policy for TLS to the endpoints cannot be used.</summary>
    UpstreamTlsBroken,

    /// <summary>The endpoint's handshake failed, or its certificate did not verify.</summary>
    UpstreamTlsFailed,

    /// <summary>The client has as many requests under way as it may have.</summary>
    TooManyConnections,

    /// <summary>The client sends faster than it may.</summary>
    TooManyRequests,

    /// <summary>No answer: another thread or another service is asked first.</summary>
    Pending,

    /// <summary>No name and password, or wrong ones; or the external service says so.</summary>
    NotAuthenticated,

    /// <summary>The external service says that this one may not.</summary>
    Forbidden,

    /// <summary>As <see cref="NotAuthenticated"/>, and the route knows where to sign in; the place is among the answer's fields already.</summary>
    SignIn,

    /// <summary>The external service gave no answer that could be understood.</summary>
    AuthenticationUnavailable,

    /// <summary>Too many passwords wait to be checked.</summary>
    AuthenticationBusy,

    /// <summary>The certificate's subject is not one of those the host lets in.</summary>
    ClientCertificateRefused,

    /// <summary>No certificate, or a bad one, and the host knows a page for that; the place is among the answer's fields already.</summary>
    ClientCertificatePage,

    /// <summary>A cross-origin preflight request that the route's policy answers; no failure of anybody's.</summary>
    Preflight,

    /// <summary>An endpoint's own 5xx, where a policy counts it as a failure; it is relayed as it is.</summary>
    ServerError,

    /// <summary>This machine or process has no more sockets or ports for connections to endpoints.</summary>
    OutOfSockets,
}

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

    /// <summary>An endpoint's own 5xx, where a policy counts it as a failure; it is relayed as it is.</summary>
    ServerError,

    /// <summary>This machine or process has no more sockets or ports for connections to endpoints.</summary>
    OutOfSockets,
}

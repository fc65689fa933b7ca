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

    /// <summary>An endpoint's own 5xx, where a policy counts it as a failure; it is relayed as it is.</summary>
    ServerError,
}

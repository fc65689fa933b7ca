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
    UpstreamRefused,
    UpstreamClosed,
    UpstreamMalformed,
    ConnectTimedOut,
    UpstreamTimedOut,
    RedirectToTls,
}

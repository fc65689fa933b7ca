using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>The one place that turns a failure into a status.</summary>
internal static class FailureResponses
{
    /// <summary>What the log says of a client that closed before it had an answer; nobody is ever sent it (nginx's number).</summary>
    public const int ClientClosedRequest = 499;

    public static (int Status, string Reason) StatusOf(Failure failure) => failure switch
    {
        Failure.BadRequest => (400, "Bad Request"),
        Failure.MethodNotAllowed => (405, "Method Not Allowed"),
        Failure.RequestLineTooLong => (414, "URI Too Long"),
        Failure.HeadTooLarge => (431, "Request Header Fields Too Large"),
        Failure.ExpectationFailed => (417, "Expectation Failed"),
        Failure.VersionNotSupported => (505, "HTTP Version Not Supported"),
        Failure.BodyTooLarge => (413, "Content Too Large"),
        Failure.ClientTooSlow => (408, "Request Timeout"),
        Failure.NoRoute => (404, "Not Found"),
        Failure.Misdirected => (421, "Misdirected Request"),
        Failure.ClientCertificateMissing or Failure.ClientCertificateInvalid => (400, "Bad Request"),
        Failure.TlsRequired or Failure.AddressDenied => (403, "Forbidden"),
        Failure.NoEndpoints or Failure.EndpointsBusy or Failure.OutOfSockets or Failure.ClientCheckBroken or Failure.UpstreamTlsBroken or Failure.RouteClosed => (503, "Service Unavailable"),
        Failure.UpstreamRefused or Failure.UpstreamClosed or Failure.UpstreamMalformed or Failure.UpstreamTlsFailed => (502, "Bad Gateway"),
        Failure.ConnectTimedOut or Failure.UpstreamTimedOut => (504, "Gateway Timeout"),
        Failure.NotAuthenticated => (401, "Unauthorized"),
        Failure.Forbidden or Failure.ClientCertificateRefused => (403, "Forbidden"),
        Failure.SignIn or Failure.ClientCertificatePage => (302, "Found"),
        Failure.AuthenticationUnavailable => (500, "Internal Server Error"),
        Failure.AuthenticationBusy => (503, "Service Unavailable"),
        Failure.Preflight => (204, "No Content"),
        Failure.RedirectToTls => (308, "Permanent Redirect"),
        _ => (500, "Internal Server Error"),
    };

    /// <summary>For <see cref="Failure.Redirected"/>, whose status its policy chose.</summary>
    public static (int Status, string Reason) OfRedirect(int status) => (status, status switch
    {
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        _ => "Redirect",
    });

    /// <summary>For <see cref="Failure.TooManyConnections"/> and <see cref="Failure.TooManyRequests"/>, whose status their policy chose.</summary>
    public static (int Status, string Reason) OfLimit(int status) => (status, status == 429 ? "Too Many Requests" : "Service Unavailable");

    public static Failure OfRefusal(HttpRefusal refusal) => refusal switch
    {
        HttpRefusal.MethodNotSupported => Failure.MethodNotAllowed,
        HttpRefusal.RequestLineTooLong => Failure.RequestLineTooLong,
        HttpRefusal.HeadTooLarge or HttpRefusal.TooManyFields => Failure.HeadTooLarge,
        HttpRefusal.ExpectationNotSupported => Failure.ExpectationFailed,
        HttpRefusal.VersionNotSupported => Failure.VersionNotSupported,
        _ => Failure.BadRequest,
    };

    /// <summary>Whether it speaks against the endpoint, not the client or ourselves.</summary>
    public static bool IsEndpoints(Failure failure) => failure is Failure.UpstreamRefused or Failure.UpstreamClosed
        or Failure.UpstreamMalformed or Failure.UpstreamTlsFailed or Failure.ConnectTimedOut or Failure.UpstreamTimedOut;

    /// <summary>Whether the client's message may have been read wrongly, or not to its end: nothing after it can be trusted.</summary>
    public static bool EndsConnection(Failure failure) => failure <= Failure.ClientTooSlow;
}

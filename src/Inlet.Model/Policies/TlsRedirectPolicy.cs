namespace Inlet.Model;

/// <summary>
/// Whether plain HTTP is answered with a redirect to HTTPS (annotations <c>ssl-redirect</c>, <c>force-ssl-redirect</c>).
/// </summary>
public enum TlsRedirectPolicy
{
    /// <summary>Plain HTTP is served.</summary>
    Off,

    /// <summary>Redirect when the request's host has a certificate of its own (not the default one).</summary>
    WhenHostHasCertificate,

    /// <summary>Always redirect.</summary>
    Always,
}

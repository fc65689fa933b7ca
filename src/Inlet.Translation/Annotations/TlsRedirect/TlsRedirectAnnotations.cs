using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Redirects from plain HTTP to HTTPS (reference/ingress-annotations §4). The redirect itself is the data plane's.</summary>
internal static class TlsRedirectAnnotations
{
    private static readonly AnnotationSpec Redirect = new(
        "ssl-redirect", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Redirects plain HTTP to HTTPS when the request's host has a certificate of its own.");

    private static readonly AnnotationSpec Force = new(
        "force-ssl-redirect", "bool", "false", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "Redirects plain HTTP to HTTPS even when only the default certificate can be served.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Redirect, Force];

    public static TlsRedirectPolicy Read(AnnotationReader reader)
    {
        var redirect = reader.Boolean(Redirect) ?? true;
        var force = reader.Boolean(Force) ?? false;
        return force ? TlsRedirectPolicy.Always : redirect ? TlsRedirectPolicy.WhenHostHasCertificate : TlsRedirectPolicy.Off;
    }
}

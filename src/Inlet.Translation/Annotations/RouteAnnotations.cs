using Inlet.Model;

namespace Inlet.Translation;

/// <summary>All families that say how an Ingress's routes are served, together.</summary>
internal static class RouteAnnotations
{
    public static IReadOnlyList<AnnotationSpec> Specs { get; } =
    [
        .. TlsRedirectAnnotations.Specs,
        .. RedirectAnnotations.Specs,
        .. RewriteAnnotations.Specs,
        .. AccessAnnotations.Specs,
        .. AuthenticationAnnotations.Specs,
        .. UpstreamHostAnnotations.Specs,
        .. TimeoutAnnotations.Specs,
        .. BodySizeAnnotations.Specs,
        .. RetryAnnotations.Specs,
        .. BalancingAnnotations.Specs,
        .. UpstreamTlsAnnotations.Specs,
    ];

    public static RouteSettings Read(AnnotationReader reader, string ns)
    {
        var redirect = TlsRedirectAnnotations.Read(reader);
        var upstreamTls = UpstreamTlsAnnotations.Parse(reader, ns);
        var rewrite = RewriteAnnotations.Parse(reader);
        var usesRegex = RewriteAnnotations.ParseUseRegex(reader);
        var policies = new RoutePolicies
        {
            Redirect = RedirectAnnotations.Parse(reader),
            Rewrite = rewrite?.Policy,
            Access = AccessAnnotations.Parse(reader),
            UpstreamHost = UpstreamHostAnnotations.Parse(reader),
            Timeouts = TimeoutAnnotations.Parse(reader),
            BodySize = BodySizeAnnotations.Parse(reader),
            Retries = RetryAnnotations.Parse(reader),
            Balancing = BalancingAnnotations.Parse(reader),
        };
        AuthenticationAnnotations.Read(reader);
        // Last: by now each family has said what it could not honour.
        return new RouteSettings(redirect, policies with { Closed = reader.Closed })
        {
            UpstreamTls = upstreamTls,
            RewriteTarget = rewrite?.Text,
            UsesRegex = usesRegex,
            PathsMayBeExpressions = usesRegex || rewrite is not null,
        };
    }

    /// <summary>What no host and path takes has no route, and so far no settings of its own.</summary>
    public static void ReportWithoutRules(AnnotationReader reader)
    {
        foreach (var spec in Specs)
        {
            reader.WithoutEffect(spec, "on an Ingress without rules: requests that no rule takes are served without settings of their own");
        }
    }

    /// <summary>On a canary the ordinary Ingress decides; saying so beats a setting that silently never comes.</summary>
    public static void ReportOnCanary(AnnotationReader reader)
    {
        foreach (var spec in Specs)
        {
            reader.WithoutEffect(spec, "on a canary; the Ingress it belongs to decides");
        }
    }
}

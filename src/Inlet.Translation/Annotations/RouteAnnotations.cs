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
        .. BasicAuthenticationAnnotations.Specs,
        .. ExternalAuthenticationAnnotations.Specs,
        .. ClientCertificateAnnotations.Specs,
        .. HostTlsAnnotations.Specs,
        .. UpstreamHostAnnotations.Specs,
        .. TimeoutAnnotations.Specs,
        .. BodySizeAnnotations.Specs,
        .. RetryAnnotations.Specs,
        .. BalancingAnnotations.Specs,
        .. UpstreamTlsAnnotations.Specs,
        .. UpstreamFieldsAnnotations.Specs,
        .. UpstreamAnswerAnnotations.Specs,
        .. BufferingAnnotations.Specs,
        .. AccessLogAnnotations.Specs,
        .. AffinityAnnotations.Specs,
        .. ErrorPageAnnotations.Specs,
        .. MirrorAnnotations.Specs,
        .. CorsAnnotations.Specs,
        .. RateLimitAnnotations.Specs,
        .. CustomHeadersAnnotations.Specs,
        .. AliasAnnotations.Specs,
    ];

    public static RouteSettings Read(AnnotationReader reader, ObjectReference source, TranslationOptions options)
    {
        var ns = source.Namespace;
        var redirect = TlsRedirectAnnotations.Read(reader);
        var upstreamTls = UpstreamTlsAnnotations.Parse(reader, ns);
        var rewrite = RewriteAnnotations.Parse(reader);
        var usesRegex = RewriteAnnotations.ParseUseRegex(reader);
        var policies = new RoutePolicies
        {
            Redirect = RedirectAnnotations.Parse(reader),
            Rewrite = rewrite?.Policy,
            Access = AccessAnnotations.Parse(reader),
            ExternalAuthentication = ExternalAuthenticationAnnotations.Parse(reader, source),
            AnyAccessIsEnough = BasicAuthenticationAnnotations.ParseSatisfyAny(reader),
            UpstreamHost = UpstreamHostAnnotations.Parse(reader),
            Timeouts = TimeoutAnnotations.Parse(reader),
            BodySize = BodySizeAnnotations.Parse(reader),
            Retries = RetryAnnotations.Parse(reader),
            Balancing = BalancingAnnotations.Parse(reader),
            ForwardedPrefix = UpstreamFieldsAnnotations.ParsePrefix(reader, rewrite is not null),
            UpstreamConnection = UpstreamFieldsAnnotations.ParseConnection(reader),
            ErrorPages = ErrorPageAnnotations.Parse(reader, source),
            Mirror = MirrorAnnotations.Parse(reader),
            AnswerRewrite = UpstreamAnswerAnnotations.Parse(reader),
            Unlogged = AccessLogAnnotations.ParseUnlogged(reader),
            Affinity = AffinityAnnotations.Parse(reader),
            Cors = CorsAnnotations.Parse(reader),
            RateLimit = RateLimitAnnotations.Parse(reader, source),
            Bandwidth = RateLimitAnnotations.ParseBandwidth(reader),
        };
        BufferingAnnotations.Read(reader);
        DeferredSetting?[] deferred =
        [
            upstreamTls,
            CustomHeadersAnnotations.Parse(reader, ns),
            BasicAuthenticationAnnotations.Parse(reader, ns),
            ExternalAuthenticationAnnotations.ParseRequestFields(reader, ns),
        ];
        var certificates = ClientCertificateAnnotations.Parse(reader, ns);
        var aliases = AliasAnnotations.Parse(reader);
        // Last: by now each family has said what it could not honour.
        return new RouteSettings(redirect, policies with { Closed = reader.Closed })
        {
            Deferred = deferred.OfType<DeferredSetting>().ToEquatableArray(),
            Aliases = aliases,
            ClientCertificates = certificates,
            HostTls = HostTlsAnnotations.Parse(reader),
            Passthrough = HostTlsAnnotations.ParsePassthrough(reader, options.TlsPassthrough),
            RewriteTarget = rewrite?.Text,
            UsesRegex = usesRegex,
            PathsMayBeExpressions = usesRegex || rewrite is not null,
        };
    }

    /// <summary>What no host and path takes is neither redirected nor rewritten, and has no host of its own.</summary>
    public static void ReportWithoutRules(AnnotationReader reader)
    {
        foreach (var spec in (IEnumerable<AnnotationSpec>)[.. TlsRedirectAnnotations.Specs, .. RedirectAnnotations.Specs, .. RewriteAnnotations.Specs,
            .. ClientCertificateAnnotations.Specs, .. HostTlsAnnotations.Specs, .. AliasAnnotations.Specs])
        {
            reader.WithoutEffect(spec, "on an Ingress without rules");
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

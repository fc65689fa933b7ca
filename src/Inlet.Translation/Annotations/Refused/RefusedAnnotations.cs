namespace Inlet.Translation;

/// <summary>
/// What ingress-nginx offers and Inlet never will: text for a configuration language that does not exist here, and modules of
/// nginx. Each names what to write instead. Whoever carries one is told; what is left of the Ingress is served.
/// </summary>
internal static class RefusedAnnotations
{
    private const string NoNginx = "There is no nginx configuration to put text into.";
    private const string NoFirewall = "Inlet holds no web application firewall.";
    public const string NoTracing = "The data plane sends no traces of its own; the headers traceparent, tracestate and b3 are passed on as they came.";
    private const string NoFastCgi = "Endpoints are spoken to in HTTP.";

    public static IReadOnlyList<AnnotationSpec> Specs { get; } =
    [
        Snippet("configuration-snippet", AnnotationScope.Route, "nginx directives for the Ingress's paths.",
            "Header changes are custom-headers, upstream-vhost and x-forwarded-prefix; redirects are permanent-redirect, temporal-redirect and app-root; paths are rewrite-target."),
        Snippet("server-snippet", AnnotationScope.Host, "nginx directives for the Ingress's hosts.",
            "Further names are server-alias; redirects are from-to-www-redirect, permanent-redirect and app-root; blocked clients are denylist-source-range."),
        Snippet("stream-snippet", AnnotationScope.Host, "nginx directives for TCP and UDP.", "Inlet serves HTTP; publish other protocols with a Service of type LoadBalancer."),
        Snippet("auth-snippet", AnnotationScope.Route, "nginx directives for the request to auth-url.", "Headers for it are auth-proxy-set-headers, its method is auth-method."),
        Snippet("modsecurity-snippet", AnnotationScope.Host, "ModSecurity directives.", "Put a firewall in front of Inlet, or between it and the Service."),
        Refuse("enable-modsecurity", "bool", "false", AnnotationScope.Host, AnnotationRisk.Low, "Turns ModSecurity on.", NoFirewall, "Put one in front of Inlet, or between it and the Service."),
        Refuse("enable-owasp-core-rules", "bool", "false", AnnotationScope.Host, AnnotationRisk.Low, "Turns the OWASP core rules of ModSecurity on.", NoFirewall, "Put one in front of Inlet, or between it and the Service."),
        Refuse("modsecurity-transaction-id", "variables", "", AnnotationScope.Host, AnnotationRisk.High, "The id in ModSecurity's log.", NoFirewall, "Each request has an id in X-Request-ID and in the access log."),
        Refuse("enable-opentelemetry", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, "Traces the Ingress's requests.", NoTracing, "Let the applications trace; durations are in the access log and the metrics."),
        Refuse("opentelemetry-trust-incoming-span", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, "Whether a client's trace is gone on with.", NoTracing, "Remove it."),
        Refuse("opentelemetry-operation-name", "name", "", AnnotationScope.Route, AnnotationRisk.Medium, "The name of the Ingress's spans.", NoTracing, "Remove it."),
        Refuse("fastcgi-index", "file name", "", AnnotationScope.Route, AnnotationRisk.Medium, "The file that a path ending in / stands for.", NoFastCgi, "Run a web server (nginx, Apache, Caddy) beside the FastCGI program in its pod."),
        Refuse("fastcgi-params-configmap", "namespace/name", "", AnnotationScope.Route, AnnotationRisk.Medium, "The ConfigMap with FastCGI parameters.", NoFastCgi, "Run a web server (nginx, Apache, Caddy) beside the FastCGI program in its pod."),
        Refuse("http2-push-preload", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, "Pushes what Link headers name.", "Browsers have given HTTP/2 push up, and nginx with them.", "Link: rel=preload headers reach the browser unchanged; remove the annotation."),
        Refuse("enable-rewrite-log", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, "Logs each rewrite.", "There is no log of rewrites.", "inlet explain shows what a request's path becomes."),
    ];

    private static AnnotationSpec Snippet(string name, AnnotationScope scope, string summary, string instead) =>
        Refuse(name, "text", "", scope, AnnotationRisk.Critical, summary, NoNginx, instead);

    private static AnnotationSpec Refuse(
        string name, string grammar, string fallback, AnnotationScope scope, AnnotationRisk risk, string summary, string why, string instead) =>
        new(name, grammar, fallback, scope, risk, WhenInvalid.Default, summary) { Status = AnnotationStatus.Refused, Note = $"{why} {instead}" };
}

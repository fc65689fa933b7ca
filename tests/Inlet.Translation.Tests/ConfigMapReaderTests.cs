using System.Net;
using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class ConfigMapReaderTests
{
    private static readonly ObjectReference Source = new("ConfigMap", "ingress", "controller");

    [Fact]
    public void Every_key_of_ingress_nginx_is_in_the_catalogue_with_a_reason_where_it_has_no_effect()
    {
        Assert.Equal(OfIngressNginx, SettingCatalog.All.Select(static spec => spec.Key).Order(StringComparer.Ordinal));
        Assert.All(SettingCatalog.All, static spec => Assert.True(
            spec.Status is SettingStatus.Implemented or SettingStatus.NotYet || spec.Note.Length > 10, spec.Key));
    }

    [Fact]
    public void Key_that_is_an_annotation_too_holds_where_an_ingress_says_nothing()
    {
        var options = new TranslationOptions { AnnotationDefaults = Read("proxy-body-size=8m", "proxy-read-timeout=7", "force-ssl-redirect=true").AnnotationDefaults };
        var result = Given.Translate(options, Given.Ingress("a", "a.com", "/", "svc"), Given.Ingress("b", "b.com", "/", "svc", annotations: ["proxy-body-size=1m", "force-ssl-redirect=false"]));

        Assert.Empty(result.Verdicts);
        Assert.Equal([8L << 20, 1L << 20], result.Model.Hosts.Select(static host => host.Routes[0].Policies.BodySize?.MaxBytes));
        Assert.All(result.Model.Hosts.AsEnumerable(), static host => Assert.Equal(TimeSpan.FromSeconds(7), host.Routes[0].Policies.Timeouts?.Read));
        Assert.Equal([TlsRedirectPolicy.Always, TlsRedirectPolicy.WhenHostHasCertificate], result.Model.Hosts.Select(static host => host.Routes[0].TlsRedirect));
    }

    [Fact]
    public void Invalid_default_is_reported_once_and_the_builtin_one_holds()
    {
        var settings = Read("proxy-read-timeout=60s", "proxy-body-size=8m");

        Assert.Equal(["controller Defaulted SettingInvalid data[proxy-read-timeout]"], settings.Verdicts.Lines());
        var result = Given.Translate(new TranslationOptions { AnnotationDefaults = settings.AnnotationDefaults }, Given.Ingress("a", "a.com", "/", "svc"));
        Assert.Empty(result.Verdicts);
        Assert.Equal((8L << 20, null), (result.Model.Hosts[0].Routes[0].Policies.BodySize?.MaxBytes, result.Model.Hosts[0].Routes[0].Policies.Timeouts));
    }

    [Fact]
    public void Invalid_default_that_protects_closes_the_ingresses_that_rely_on_it()
    {
        var settings = Read("denylist-source-range=10.0.0.0/99");
        Assert.Equal(["controller Refused SettingInvalid data[denylist-source-range]"], settings.Verdicts.Lines());

        var result = Given.Translate(
            new TranslationOptions { AnnotationDefaults = settings.AnnotationDefaults },
            Given.Ingress("a", "a.com", "/", "svc"), Given.Ingress("b", "b.com", "/", "svc", annotations: ["denylist-source-range=192.0.2.1"]));
        Assert.Equal([true, false], result.Model.Hosts.Select(static host => host.Routes[0].Policies.Closed));
    }

    [Fact]
    public void Keys_without_effect_are_reported_by_name()
    {
        Assert.Equal(
            [
                "controller Refused SettingRefused data[http-snippet]",
                "controller Refused SettingUnknown data[no-such-key]",
                "controller Refused SettingRefused data[worker-processes]",
            ],
            Read("worker-processes=4", "no-such-key=1", "http-snippet=x").Verdicts.Lines());
    }

    [Fact]
    public void Settings_of_the_data_plane_are_read()
    {
        var settings = Read(
            "client-header-timeout=10", "client-body-timeout=20", "keep-alive=30", "keep-alive-requests=40", "upstream-keepalive-time=1h", "upstream-keepalive-timeout=50",
            "upstream-keepalive-requests=60", "upstream-keepalive-connections=70", "large-client-header-buffers=4 4k", "ssl-session-tickets=true", "server-tokens=true",
            "use-proxy-protocol=true", "proxy-real-ip-cidr=10.0.0.0/8, 192.0.2.1", "worker-shutdown-timeout=240s", "log-format-escape-json=true", "access-log-path=/var/log/nginx/access.log");

        Assert.Empty(settings.Verdicts);
        Assert.Equal(
            new StartSettings
            {
                HeadTimeout = TimeSpan.FromSeconds(10),
                ClientTimeout = TimeSpan.FromSeconds(20),
                IdleTimeout = TimeSpan.FromSeconds(30),
                RequestsPerConnection = 40,
                UpstreamConnectionLifetime = TimeSpan.FromHours(1),
                UpstreamIdleTimeout = TimeSpan.FromSeconds(50),
                RequestsPerUpstreamConnection = 60,
                IdleUpstreamConnections = 70,
                RequestLineBytes = 4096,
                RequestHeadBytes = 16384,
                SessionTickets = true,
                ServerTokens = true,
                ProxyProtocol = true,
                TrustedPeers = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.1/32")],
                DrainGrace = TimeSpan.FromSeconds(240),
                JsonAccessLog = true,
            },
            settings.Start);
    }

    [Theory]
    [InlineData("keep-alive=soon")]
    [InlineData("keep-alive=-1")]
    [InlineData("keep-alive-requests=0")]
    [InlineData("large-client-header-buffers=8k")]
    [InlineData("ssl-session-tickets=yes")]
    [InlineData("proxy-real-ip-cidr=somewhere")]
    public void Value_that_cannot_be_read_is_reported_and_the_default_holds(string setting)
    {
        var settings = Read(setting);

        Assert.Equal([$"controller Defaulted SettingInvalid data[{setting.Split('=')[0]}]"], settings.Verdicts.Lines());
        Assert.Equal(new StartSettings(), settings.Start);
    }

    [Theory]
    [InlineData("use-forwarded-headers")]
    [InlineData("enable-real-ip")]
    [InlineData("use-proxy-protocol")]
    public void Nobody_is_believed_without_being_named(string key)
    {
        var settings = Read($"{key}=true");

        Assert.Equal([$"controller Refused SettingInvalid data[{key}]"], settings.Verdicts.Lines());
        Assert.Equal(new StartSettings(), settings.Start);
    }

    [Fact]
    public void Non_idempotent_requests_are_retried_if_asked()
    {
        var options = new TranslationOptions { AnnotationDefaults = Read("retry-non-idempotent=true").AnnotationDefaults };

        Assert.Equal(
            new RetryPolicy(RetryOn.Error | RetryOn.Timeout) { NonIdempotent = true },
            Given.Translate(options, Given.Ingress("a", "a.com", "/", "svc")).Model.Hosts[0].Routes[0].Policies.Retries);
    }

    [Fact]
    public void Translator_with_other_options_knows_all_that_the_one_before_knew()
    {
        var translator = new Translator(TranslationOptions.IngressNginx with { ClassObjectOptional = true });
        string[] documents = [Given.Secret("cert"), Nginx("a", "one", "proxy-body-size=2m"), Nginx("a", "two", "load-balance=fastest")];
        Given.Put(translator, documents);
        var before = translator.Translate();

        var other = translator.With(TranslationOptions.IngressNginx with { ClassObjectOptional = true, AnnotationDefaults = Read("proxy-read-timeout=7").AnnotationDefaults }).Translate();

        Assert.Equal(["a.com Prefix / → one:80"], before.Model.Lines());
        Assert.Equal(before.Model.Lines(), other.Model.Lines());
        Assert.Equal((2L << 20, TimeSpan.FromSeconds(7)), (other.Model.Hosts[0].Routes[0].Policies.BodySize?.MaxBytes, other.Model.Hosts[0].Routes[0].Policies.Timeouts?.Read));
    }

    private static string Nginx(string name, string service, string annotation) =>
        Given.Ingress(name, "a.com", "/", service, annotations: [annotation]).Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal);

    private static ConfigMapSettings Read(params string[] data) =>
        ConfigMapReader.Read(data.Select(static one => one.Split('=', 2)).ToDictionary(static parts => parts[0], static parts => parts[1]), Source);

    /// <summary>The 192 documented keys and the ten that only the code knows.</summary>
    private static readonly string[] OfIngressNginx =
    [
        "access-log-params", "access-log-path", "add-headers", "allow-backend-server-header", "allow-cross-namespace-resources",
        "allow-snippet-annotations", "annotation-value-word-blocklist", "annotations-risk-level", "bind-address", "block-cidrs", "block-referers",
        "block-user-agents", "brotli-level", "brotli-min-length", "brotli-types", "client-body-buffer-size", "client-body-timeout",
        "client-header-buffer-size", "client-header-timeout", "compute-full-forwarded-for", "custom-http-errors", "debug-connections",
        "default-type", "denylist-source-range", "disable-access-log", "disable-ipv6", "disable-ipv6-dns", "disable-proxy-intercept-errors",
        "enable-access-log-for-default-backend", "enable-aio-write", "enable-auth-access-log", "enable-brotli", "enable-modsecurity",
        "enable-multi-accept", "enable-ocsp", "enable-opentelemetry", "enable-owasp-modsecurity-crs", "enable-real-ip", "enable-serial-reloads",
        "enable-syslog", "enable-underscores-in-headers", "error-log-level", "error-log-path", "force-ssl-redirect", "forwarded-for-header",
        "forwarded-for-proxy-protocol-header", "forwarded-host-header", "generate-request-id", "geoip2-autoreload-in-minutes",
        "global-allowed-response-headers", "global-auth-always-set-cookie", "global-auth-cache-duration", "global-auth-cache-key",
        "global-auth-method", "global-auth-request-redirect", "global-auth-response-headers", "global-auth-signin",
        "global-auth-signin-redirect-param", "global-auth-snippet", "global-auth-url", "grpc-buffer-size-kb", "gzip-disable", "gzip-level",
        "gzip-min-length", "gzip-types", "hide-headers", "hsts", "hsts-include-subdomains", "hsts-max-age", "hsts-preload", "http-access-log-path",
        "http-redirect-code", "http-snippet", "http2-max-concurrent-streams", "http2-max-field-size", "http2-max-header-size", "http2-max-requests",
        "ignore-invalid-headers", "jaeger-baggage-header", "jaeger-collector-host", "jaeger-collector-port", "jaeger-debug-header",
        "jaeger-endpoint", "jaeger-propagation-format", "jaeger-sampler-host", "jaeger-sampler-param", "jaeger-sampler-port", "jaeger-sampler-type",
        "jaeger-service-name", "jaeger-trace-baggage-header-prefix", "jaeger-trace-context-header-name", "keep-alive", "keep-alive-requests",
        "large-client-header-buffers", "limit-conn-status-code", "limit-conn-zone-variable", "limit-rate", "limit-rate-after",
        "limit-req-status-code", "load-balance", "location-snippet", "log-format-escape-json", "log-format-escape-none", "log-format-stream",
        "log-format-upstream", "lua-shared-dicts", "main-snippet", "map-hash-bucket-size", "max-worker-connections", "max-worker-open-files",
        "modsecurity-snippet", "nginx-status-ipv4-whitelist", "nginx-status-ipv6-whitelist", "no-auth-locations", "no-tls-redirect-locations",
        "opentelemetry-config", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span", "otel-max-export-batch-size",
        "otel-max-queuesize", "otel-sampler", "otel-sampler-parent-based", "otel-sampler-ratio", "otel-schedule-delay-millis", "otel-service-name",
        "otlp-collector-host", "otlp-collector-port", "preserve-trailing-slash", "proxy-add-original-uri-header", "proxy-body-size",
        "proxy-buffer-size", "proxy-buffering", "proxy-buffers-number", "proxy-busy-buffers-size", "proxy-connect-timeout", "proxy-cookie-domain",
        "proxy-cookie-path", "proxy-headers-hash-bucket-size", "proxy-headers-hash-max-size", "proxy-http-version", "proxy-max-temp-file-size",
        "proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries", "proxy-protocol-header-timeout", "proxy-read-timeout",
        "proxy-real-ip-cidr", "proxy-redirect-from", "proxy-redirect-to", "proxy-request-buffering", "proxy-send-timeout", "proxy-set-headers",
        "proxy-ssl-location-only", "proxy-stream-next-upstream", "proxy-stream-next-upstream-timeout", "proxy-stream-next-upstream-tries",
        "proxy-stream-responses", "proxy-stream-timeout", "relative-redirects", "retry-non-idempotent", "reuse-port", "server-name-hash-bucket-size",
        "server-name-hash-max-size", "server-snippet", "server-tokens", "service-upstream", "skip-access-log-urls", "ssl-buffer-size", "ssl-ciphers",
        "ssl-dh-param", "ssl-early-data", "ssl-ecdh-curve", "ssl-protocols", "ssl-redirect", "ssl-reject-handshake", "ssl-session-cache",
        "ssl-session-cache-size", "ssl-session-ticket-key", "ssl-session-tickets", "ssl-session-timeout", "stream-access-log-path", "stream-snippet",
        "strict-validate-path-type", "syslog-host", "syslog-port", "upstream-keepalive-connections", "upstream-keepalive-requests",
        "upstream-keepalive-time", "upstream-keepalive-timeout", "use-forwarded-headers", "use-geoip", "use-geoip2", "use-gzip", "use-http2",
        "use-port-in-redirects", "use-proxy-protocol", "variables-hash-bucket-size", "variables-hash-max-size", "whitelist-source-range",
        "worker-cpu-affinity", "worker-processes", "worker-shutdown-timeout",
    ];
}

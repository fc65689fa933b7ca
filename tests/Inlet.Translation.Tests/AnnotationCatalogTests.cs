using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class AnnotationCatalogTests
{
    [Fact]
    public void Unknown_annotation_under_the_prefix_is_refused_by_name_and_the_ingress_served()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: ["nor-this-one=1", "no-such-thing=1"]));

        Assert.Equal(["a.com Prefix / → svc:80"], result.Model.Lines());
        Assert.Equal(
            [$"a Refused AnnotationUnknown {Given.Field("no-such-thing")}", $"a Refused AnnotationUnknown {Given.Field("nor-this-one")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Misspelt_annotation_is_told_the_right_name()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: ["rewrite-traget=/"]));

        Assert.EndsWith("Did you mean rewrite-target?", Assert.Single(result.Verdicts).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_annotation_says_why_and_what_to_write_instead_and_the_rest_of_the_ingress_is_served()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: ["configuration-snippet=more_set_headers X"]));

        Assert.Equal(["a.com Prefix / → svc:80"], result.Model.Lines());
        var verdict = Assert.Single(result.Verdicts);
        Assert.Equal((VerdictOutcome.Refused, VerdictCodes.AnnotationRefused, Given.Field("configuration-snippet")), (verdict.Outcome, verdict.Code, verdict.Field));
        Assert.Contains("custom-headers", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_annotation_of_ingress_nginx_is_in_the_catalogue_and_at_most_twenty_are_refused()
    {
        Assert.Equal(OfIngressNginx.Order(StringComparer.Ordinal), AnnotationCatalog.All.Select(static spec => spec.Name).Order(StringComparer.Ordinal));
        Assert.Equal(136, AnnotationCatalog.All.Count(static spec => spec.AliasOf is null));
        Assert.InRange(AnnotationCatalog.All.Count(static spec => spec.Status == AnnotationStatus.Refused), 1, 20);
        Assert.All(AnnotationCatalog.All, static spec => Assert.True(
            spec.Note.Length > 20 == spec.Status is AnnotationStatus.Refused or AnnotationStatus.Differs, $"{spec.Name}: a note belongs to refused and differing ones"));
        Assert.All(AnnotationCatalog.All, static spec => Assert.True(spec.AliasOf is null || OfIngressNginx.Contains(spec.AliasOf), spec.Name));
    }

    /// <summary>An empty value is invalid for every annotation: it must be reported, and must close the route where the setting protects it.</summary>
    [Fact]
    public void Empty_value_of_each_annotation_does_what_its_spec_says_and_is_reported()
    {
        foreach (var spec in AnnotationCatalog.All)
        {
            foreach (var companions in new string[][] { [], ["canary=true", "canary-weight=1"], ["backend-protocol=HTTPS"] })
            {
                var annotations = companions.Where(one => !one.StartsWith($"{spec.Name}=", StringComparison.Ordinal)).Append($"{spec.Name}=").ToArray();
                var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: annotations));

                var verdicts = result.Verdicts.Where(verdict => verdict.Field == spec.Field).ToList();
                Assert.True(verdicts.Count > 0, $"{spec.Name}: nothing is said of an empty value beside {string.Join(' ', companions)}");
                if (spec.WhenInvalid == WhenInvalid.Close && verdicts.Exists(static verdict => verdict.Code == VerdictCodes.AnnotationInvalid))
                {
                    Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed, spec.Name);
                }
            }
        }
    }

    [Fact]
    public void Annotations_of_others_are_none_of_our_business()
    {
        var ingress = Given.Ingress("a", "a.com", "/", "svc").Replace("annotations: {", "annotations: {cert-manager.io/issuer: x", StringComparison.Ordinal);

        Assert.Empty(Given.Translate(ingress).Verdicts);
    }

    /// <summary>One poisonous Ingress per annotation, among good ones: whatever its value, the others are served.</summary>
    [Fact]
    public void No_value_of_any_annotation_harms_another_ingress()
    {
        string[] poisons = ["", "   ", "true\\nfalse", "\\u0000", "💥", "../../etc", "999999999999999999999", "-1", "$(reboot)", new('x', 100_000)];
        var good = Given.Ingress("good", "good.com", "/", "svc", created: "2027-01-01T00:00:00Z");
        foreach (var spec in AnnotationCatalog.All)
        {
            foreach (var poison in poisons)
            {
                foreach (var annotations in new[] { [$"{spec.Name}={poison}"], new[] { "canary=true", "backend-protocol=HTTPS", $"{spec.Name}={poison}" } })
                {
                    var result = Given.Translate(good, Given.Ingress("bad", "bad.com", "/", "svc", annotations: [.. annotations.DistinctBy(static one => one.Split('=')[0])]));

                    Assert.Contains("good.com Prefix / → svc:80", result.Model.Lines());
                    Assert.DoesNotContain(result.Verdicts, verdict => verdict.Object.Name == "good");
                    Assert.DoesNotContain(result.Verdicts, verdict => verdict.Code == VerdictCodes.TranslationFailed);
                }
            }
        }
    }

    [Fact]
    public void Every_annotation_has_its_facts()
    {
        Assert.All(AnnotationCatalog.All, spec => Assert.True(spec is { Name.Length: > 0, Grammar.Length: > 0, Summary.Length: > 10 }));
        Assert.Equal(AnnotationCatalog.All.Count, AnnotationCatalog.All.Select(spec => spec.Name).Distinct().Count());
    }

    /// <summary>As documented for version 1.15, with the two old names.</summary>
    private static readonly string[] OfIngressNginx =
    [
        "affinity", "affinity-canary-behavior", "affinity-mode", "allowlist-source-range", "app-root", "auth-always-set-cookie",
        "auth-cache-duration", "auth-cache-key", "auth-keepalive", "auth-keepalive-requests", "auth-keepalive-share-vars", "auth-keepalive-timeout",
        "auth-method", "auth-proxy-set-headers", "auth-realm", "auth-request-redirect", "auth-response-headers", "auth-secret", "auth-secret-type",
        "auth-signin", "auth-signin-redirect-param", "auth-snippet", "auth-tls-error-page", "auth-tls-match-cn",
        "auth-tls-pass-certificate-to-upstream", "auth-tls-secret", "auth-tls-verify-client", "auth-tls-verify-depth", "auth-type", "auth-url",
        "backend-protocol", "canary", "canary-by-cookie", "canary-by-header", "canary-by-header-pattern", "canary-by-header-value", "canary-weight",
        "canary-weight-total", "client-body-buffer-size", "configuration-snippet", "connection-proxy-header", "cors-allow-credentials",
        "cors-allow-headers", "cors-allow-methods", "cors-allow-origin", "cors-expose-headers", "cors-max-age", "custom-headers",
        "custom-http-errors", "default-backend", "denylist-source-range", "disable-proxy-intercept-errors", "enable-access-log", "enable-cors",
        "enable-global-auth", "enable-modsecurity", "enable-opentelemetry", "enable-owasp-core-rules", "enable-rewrite-log", "fastcgi-index",
        "fastcgi-params-configmap", "force-ssl-redirect", "from-to-www-redirect", "http2-push-preload", "limit-allowlist", "limit-burst-multiplier",
        "limit-connections", "limit-rate", "limit-rate-after", "limit-rpm", "limit-rps", "load-balance", "mirror-host", "mirror-request-body",
        "mirror-target", "modsecurity-snippet", "modsecurity-transaction-id", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span",
        "permanent-redirect", "permanent-redirect-code", "preserve-trailing-slash", "proxy-body-size", "proxy-buffer-size", "proxy-buffering",
        "proxy-buffers-number", "proxy-busy-buffers-size", "proxy-connect-timeout", "proxy-cookie-domain", "proxy-cookie-path", "proxy-http-version",
        "proxy-max-temp-file-size", "proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries", "proxy-read-timeout",
        "proxy-redirect-from", "proxy-redirect-to", "proxy-request-buffering", "proxy-send-timeout", "proxy-ssl-ciphers", "proxy-ssl-name",
        "proxy-ssl-protocols", "proxy-ssl-secret", "proxy-ssl-server-name", "proxy-ssl-verify", "proxy-ssl-verify-depth", "relative-redirects",
        "rewrite-target", "satisfy", "server-alias", "server-snippet", "service-upstream", "session-cookie-change-on-failure",
        "session-cookie-conditional-samesite-none", "session-cookie-domain", "session-cookie-expires", "session-cookie-max-age",
        "session-cookie-name", "session-cookie-path", "session-cookie-samesite", "session-cookie-secure", "ssl-ciphers", "ssl-passthrough",
        "ssl-prefer-server-ciphers", "ssl-redirect", "stream-snippet", "temporal-redirect", "temporal-redirect-code", "upstream-hash-by",
        "upstream-hash-by-subset", "upstream-hash-by-subset-size", "upstream-vhost", "use-port-in-redirects", "use-regex", "x-forwarded-prefix",
        "whitelist-source-range", "limit-whitelist",
    ];
}

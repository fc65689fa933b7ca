using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class ExternalAuthenticationAnnotationsTests
{
    private const string Url = "auth-url=http://auth.default.svc:8080/check?h=$host";

    [Fact]
    public void Url_becomes_a_template() =>
        Assert.Equal(
            [new TemplatePart("http://auth.default.svc:8080/check?h="), new TemplatePart("", TemplateVariable.Host)],
            Given.Policies(Url).ExternalAuthentication!.Url.Parts);

    [Fact]
    public void All_settings_are_taken()
    {
        var policy = Given.Policies(
            Url, "auth-method=POST", "auth-signin=https://$host/start?a=b", "auth-signin-redirect-param=next", "auth-response-headers=X-User, X-Mail", "auth-request-redirect=https://x/y",
            "auth-always-set-cookie=true", "auth-cache-key=${remote_user_x}".Replace("remote_user_x", "cookie_session", StringComparison.Ordinal), "auth-cache-duration=200 202 10m, 401 5s").ExternalAuthentication!;

        Assert.Equal(("POST", "next", false, true), (policy.Method, policy.SignInRedirectParameter, policy.SignInHasRedirect, policy.AlwaysSetCookie));
        Assert.Equal(["X-User", "X-Mail"], policy.AnswerFields);
        Assert.Equal("https://x/y", policy.RequestRedirect);
        Assert.Equal([new TemplatePart("session", TemplateVariable.Cookie)], policy.CacheKey!.Parts);
        Assert.Equal(
            [new CachedStatus(200, TimeSpan.FromMinutes(10)), new CachedStatus(202, TimeSpan.FromMinutes(10)), new CachedStatus(401, TimeSpan.FromSeconds(5))], policy.CacheFor);
    }

    [Theory]
    [InlineData("https://x/start?rd=/home", true)]
    [InlineData("https://x/start?rd=", false)]
    [InlineData("https://x/start?xrd=1", false)]
    public void Sign_in_that_says_where_to_come_back_to_keeps_it(string value, bool has) =>
        Assert.Equal(has, Given.Policies(Url, $"auth-signin={value}").ExternalAuthentication!.SignInHasRedirect);

    [Theory]
    [InlineData("auth-url", "auth.example.com/check")]
    [InlineData("auth-url", "ftp://auth.example.com")]
    [InlineData("auth-url", "http:///check")]
    [InlineData("auth-url", "http://a..b/check")]
    [InlineData("auth-url", "http://user@host/")]
    [InlineData("auth-url", "http://host/$no_such_variable")]
    [InlineData("auth-url", "http://host/${host")]
    [InlineData("auth-url", "http://host/a b")]
    [InlineData("auth-url", "http://host/\\r\\nX-Evil: 1")]
    [InlineData("auth-url", "")]
    [InlineData("auth-method", "get", Url)]
    [InlineData("auth-method", "GETS", Url)]
    [InlineData("auth-signin", "/start", Url)]
    [InlineData("auth-signin", "javascript:alert(1)", Url)]
    [InlineData("auth-signin-redirect-param", "a=b", Url)]
    [InlineData("auth-response-headers", "X User", Url)]
    [InlineData("auth-response-headers", "Content-Length", Url)]
    [InlineData("auth-request-redirect", "$host", Url)]
    [InlineData("auth-always-set-cookie", "yes", Url)]
    [InlineData("auth-cache-key", "$no_such_variable", Url)]
    [InlineData("auth-cache-duration", "ok 5m", Url, "auth-cache-key=$remote_addr")]
    [InlineData("auth-cache-duration", "200 5 minutes", Url, "auth-cache-key=$remote_addr")]
    [InlineData("auth-cache-duration", "200 99999999d", Url, "auth-cache-key=$remote_addr")]
    public void Invalid_value_closes_the_routes(string name, string value, params string[] more) =>
        Assert.True(Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field(name)}", [.. more, $"{name}={value}"]).Closed);

    [Theory]
    [InlineData("auth-method", "GET")]
    [InlineData("auth-signin", "https://x/")]
    [InlineData("auth-proxy-set-headers", "default/h")]
    public void Setting_without_a_service_has_no_effect_and_is_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field(name)}", $"{name}={value}").ExternalAuthentication);

    [Theory]
    [InlineData("auth-keepalive", "AnnotationWithoutEffect")]
    [InlineData("auth-keepalive-requests", "AnnotationWithoutEffect")]
    [InlineData("auth-keepalive-timeout", "AnnotationWithoutEffect")]
    [InlineData("auth-keepalive-share-vars", "AnnotationWithoutEffect")]
    [InlineData("auth-snippet", "AnnotationRefused")]
    public void What_has_no_meaning_here_is_reported_and_the_service_asked(string name, string code) =>
        Assert.NotNull(Given.PoliciesReporting($"Refused {code} {Given.Field(name)}", Url, $"{name}=5").ExternalAuthentication);

    [Fact]
    public void Fields_for_the_service_come_from_a_map()
    {
        var result = Given.Translate(Given.ConfigMap("h", "X-A: b"), Given.Ingress("a", "a.com", "/", "svc", annotations: [Url, "auth-proxy-set-headers=h"]));

        Assert.Empty(result.Verdicts);
        Assert.Equal([new HeaderField("X-A", "b")], result.Model.Hosts[0].Routes[0].Policies.ExternalAuthentication!.RequestFields);
    }

    [Theory]
    [InlineData("ConfigMapNotFound", "other", "X-A: b")]
    [InlineData("ConfigMapInvalid", "h", "X A: b")]
    [InlineData("ConfigMapInvalid", "h", "Host: b")]
    [InlineData("ConfigMapInvalid", "h", "X-A: \"b\\r\\nX-Evil: 1\"")]
    public void Map_that_gives_no_fields_closes_the_routes(string code, string name, string entry)
    {
        var result = Given.Translate(Given.ConfigMap("h", entry), Given.Ingress("a", "a.com", "/", "svc", annotations: [Url, $"auth-proxy-set-headers={name}"]));

        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal([$"a Refused {code} {Given.Field("auth-proxy-set-headers")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Controllers_own_service_is_asked_unless_the_ingress_says_no_or_has_one()
    {
        var options = new TranslationOptions { AnnotationDefaults = new Dictionary<string, string> { [AnnotationSpec.Prefix + "auth-url"] = "http://global/" } };

        Assert.Equal("http://global/", Of());
        Assert.Null(Of("enable-global-auth=false"));
        Assert.Equal("http://own/", Of("auth-url=http://own/"));
        Assert.Equal("http://global/", Of("enable-global-auth=maybe"));
        Assert.Equal("http://global/", Of("enable-global-auth=true"));

        string? Of(params string[] annotations) =>
            Given.Translate(options, Given.Ingress("a", "a.com", "/", "svc", annotations: annotations)).Model.Hosts[0].Routes[0].Policies.ExternalAuthentication?.Url.Parts[0].Text;
    }
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class RedirectAnnotationsTests
{
    [Theory]
    [InlineData("https://x.com/a?b=c", 301, "permanent-redirect=https://x.com/a?b=c")]
    [InlineData("/new", 308, "permanent-redirect=/new", "permanent-redirect-code=308")]
    [InlineData("https://x.com", 302, "temporal-redirect=https://x.com")]
    [InlineData("https://x.com/%20", 307, "temporal-redirect=https://x.com/%20", "temporal-redirect-code=307", "permanent-redirect=/other")]
    public void Redirect_has_the_status_asked_for(string location, int status, params string[] annotations) =>
        Assert.Equal(new RedirectPolicy(status, location), Given.Policies(annotations).Redirect);

    [Theory]
    [InlineData("permanent-redirect", "https://$host/")]
    [InlineData("permanent-redirect", "https://a b")]
    [InlineData("permanent-redirect", "")]
    [InlineData("temporal-redirect", "/relative")]
    [InlineData("temporal-redirect", "ftp://x")]
    public void Invalid_target_closes_the_routes(string name, string value) =>
        Assert.True(Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Closed);

    [Theory]
    [InlineData("permanent-redirect-code", "299", 301, "permanent-redirect=/x")]
    [InlineData("permanent-redirect-code", "304", 301, "permanent-redirect=/x")]
    [InlineData("permanent-redirect-code", "309", 301, "permanent-redirect=/x")]
    [InlineData("permanent-redirect-code", "moved", 301, "permanent-redirect=/x")]
    [InlineData("temporal-redirect-code", "308", 302, "temporal-redirect=http://x")]
    public void Invalid_status_falls_back_and_is_reported(string name, string value, int status, string redirect) =>
        Assert.Equal(status, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", redirect, $"{name}={value}").Redirect!.Status);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Relative_redirect_is_a_path_alone(string value, bool relative) =>
        Assert.Equal(new RedirectPolicy(301, "/new") { Relative = relative }, Given.Policies("permanent-redirect=/new", $"relative-redirects={value}").Redirect);

    [Theory]
    [InlineData("relative-redirects", "on")]
    [InlineData("preserve-trailing-slash", "on")]
    [InlineData("use-port-in-redirects", "on")]
    public void Invalid_switch_is_reported_and_its_default_in_force(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Redirect);

    [Fact]
    public void Trailing_slash_is_always_kept()
    {
        Given.Policies("preserve-trailing-slash=true");
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("preserve-trailing-slash")}", "preserve-trailing-slash=false");
        Given.Policies("use-port-in-redirects=true");
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("use-port-in-redirects")}", "use-port-in-redirects=false");
    }

    [Fact]
    public void Status_without_a_redirect_has_no_effect_and_is_reported() =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("permanent-redirect-code")}", "permanent-redirect-code=308").Redirect);

    [Fact]
    public void App_root_redirects_the_root_of_each_host()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/shop", "svc", annotations: ["app-root=/shop"]));

        Assert.Empty(result.Verdicts);
        var root = result.Model.Hosts[0].Routes.Single(static route => route.Path == new PathMatch(PathMatchKind.Exact, "/"));
        Assert.Equal(new RedirectPolicy(302, "/shop"), root.Policies.Redirect);
    }

    [Theory]
    [InlineData("https://x.com/")]
    [InlineData("shop")]
    [InlineData("/")]
    [InlineData("//x.com")]
    public void App_root_that_is_no_path_is_not_set_and_reported(string value)
    {
        Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("app-root")}", $"app-root={value}");
    }

    [Theory]
    [InlineData("a.com", "www.a.com")]
    [InlineData("www.a.com", "a.com")]
    public void Other_name_redirects_to_the_host(string host, string other)
    {
        var result = Given.Translate(Given.Ingress("a", host, "/", "svc", annotations: ["from-to-www-redirect=true"]));

        Assert.Empty(result.Verdicts);
        var routes = result.Model.Hosts.Single(model => model.Host == other).Routes;
        Assert.Equal(new RedirectPolicy(308, host) { KeepTarget = true }, Assert.Single(routes.AsSpan().ToArray()).Policies.Redirect);
    }

    [Fact]
    public void Other_name_with_rules_of_its_own_keeps_them()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "svc", annotations: ["from-to-www-redirect=true"]), Given.Ingress("b", "www.a.com", "/x", "other", created: "2027-01-01T00:00:00Z"));

        Assert.Equal(["a.com Prefix / → svc:80", "www.a.com Prefix /x → other:80"], result.Model.Lines());
    }
}

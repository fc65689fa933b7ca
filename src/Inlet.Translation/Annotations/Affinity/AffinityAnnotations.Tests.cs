using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class AffinityAnnotationsTests
{
    private const string Cookie = "affinity=cookie";
    private static readonly AffinityPolicy Default = new("INGRESSCOOKIE") { Path = "/" };

    [Fact]
    public void Cookie_alone_is_enough() => Assert.Equal(Default, Given.Policies(Cookie).Affinity);

    [Fact]
    public void All_settings_are_taken() =>
        Assert.Equal(
            new AffinityPolicy("route")
            {
                Persistent = true,
                ChangeOnFailure = true,
                Path = "/x",
                Domain = ".a.com",
                MaxAge = 60,
                Expires = -1,
                SameSite = "none",
                ConditionalSameSiteNone = true,
                Secure = true,
            },
            Given.Policies(
                Cookie, "affinity-mode=persistent", "session-cookie-name=route", "session-cookie-path=/x", "session-cookie-domain=.a.com", "session-cookie-max-age=60", "session-cookie-expires=-1",
                "session-cookie-samesite=none", "session-cookie-conditional-samesite-none=true", "session-cookie-secure=true", "session-cookie-change-on-failure=true").Affinity);

    [Theory]
    [InlineData("/shop", "Prefix", "/shop")]
    [InlineData("/shop/[0-9]+", "ImplementationSpecific", "/")]
    public void Path_is_the_rules(string path, string type, string expected)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", path, "svc", type, annotations: [Cookie, "use-regex=true"]));

        Assert.Equal(expected, result.Model.Hosts[0].Routes[0].Policies.Affinity!.Path);
    }

    [Theory]
    [InlineData("affinity", "ip")]
    [InlineData("affinity", "Cookie")]
    [InlineData("affinity", "")]
    public void Invalid_affinity_is_none_and_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Affinity);

    [Theory]
    [InlineData("affinity-mode", "sticky")]
    [InlineData("session-cookie-name", "a b")]
    [InlineData("session-cookie-name", "a=b")]
    [InlineData("session-cookie-name", "a\\r\\nX-Evil: 1")]
    [InlineData("session-cookie-path", "shop")]
    [InlineData("session-cookie-path", "/; Secure")]
    [InlineData("session-cookie-domain", "a.com; x")]
    [InlineData("session-cookie-max-age", "1h")]
    [InlineData("session-cookie-expires", "")]
    [InlineData("session-cookie-samesite", "Sometimes")]
    [InlineData("session-cookie-conditional-samesite-none", "yes")]
    [InlineData("session-cookie-secure", "on")]
    [InlineData("session-cookie-change-on-failure", "2")]
    public void Invalid_option_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", Cookie, $"{name}={value}").Affinity);

    [Fact]
    public void Options_without_affinity_have_no_effect_and_are_reported() =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("session-cookie-name")}", "session-cookie-name=x").Affinity);

    [Theory]
    [InlineData("legacy", true, "")]
    [InlineData("sticky", false, "")]
    [InlineData("Legacy", false, "b Defaulted AnnotationInvalid ")]
    public void Canary_says_whether_its_clients_stay(string value, bool without, string verdict)
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "svc", annotations: Cookie),
            Given.Ingress("b", "a.com", "/", "next", annotations: ["canary=true", "canary-weight=10", $"affinity-canary-behavior={value}"]));

        Assert.Equal(without, result.Model.Hosts[0].Routes[0].Split.Canaries[0].WithoutAffinity);
        Assert.Equal(verdict.Length == 0 ? [] : [verdict + Given.Field("affinity-canary-behavior")], result.Verdicts.Lines());
    }
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class ClientCertificateAnnotationsTests
{
    private const string Secret = "auth-tls-secret=default/ca";
    private static readonly string Ca = Given.Secret("ca", ca: "-----BEGIN CERTIFICATE-----\nca");

    [Theory]
    [InlineData("on", ClientCertificateMode.Required)]
    [InlineData("optional", ClientCertificateMode.Optional)]
    [InlineData("optional_no_ca", ClientCertificateMode.OptionalUnverified)]
    public void Mode_is_the_one_asked_for(string value, ClientCertificateMode mode) =>
        Assert.Equal(mode, Policy([Secret, $"auth-tls-verify-client={value}"])!.Mode);

    [Fact]
    public void Off_asks_nothing() => Assert.Null(Policy([Secret, "auth-tls-verify-client=off"]));

    [Fact]
    public void All_settings_are_taken()
    {
        var policy = Policy([Secret, "auth-tls-verify-depth=3", "auth-tls-pass-certificate-to-upstream=true", "auth-tls-error-page=https://x/no", "auth-tls-match-cn=CN=(a|b)"])!;

        Assert.Equal((ClientCertificateMode.Required, 3, true, "https://x/no", "CN=(a|b)"), (policy.Mode, policy.VerifyDepth, policy.PassCertificate, policy.ErrorPage, policy.SubjectPattern));
        Assert.StartsWith("-----BEGIN", policy.CaPem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth-tls-secret", "ca")]
    [InlineData("auth-tls-secret", "other/ca")]
    [InlineData("auth-tls-secret", "")]
    [InlineData("auth-tls-match-cn", "O=x", Secret)]
    [InlineData("auth-tls-match-cn", "CN=(", Secret)]
    [InlineData("auth-tls-match-cn", "CN=(a)\\\\1", Secret)]
    public void What_cannot_be_honoured_closes_the_host(string name, string value, params string[] more)
    {
        var result = Given.Translate(Ca, Given.Ingress("a", "a.com", "/", "svc", annotations: [.. more, $"{name}={value}"]), Given.Ingress("b", "a.com", "/b", "svc", created: "2027-01-01T00:00:00Z"));

        Assert.Equal([$"a Refused AnnotationInvalid {Given.Field(name)}"], result.Verdicts.Lines());
        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal("", result.Model.Hosts[0].ClientCertificates!.CaPem);
    }

    [Theory]
    [InlineData("SecretNotFound", "none", "x")]
    [InlineData("SecretInvalid", "ca", "no pem")]
    public void Secret_that_gives_no_authorities_closes_the_host(string code, string name, string ca)
    {
        var result = Given.Translate(Given.Secret("ca", ca: ca), Given.Ingress("a", "a.com", "/", "svc", annotations: $"auth-tls-secret=default/{name}"));

        Assert.Equal([$"a Refused {code} {Given.Field("auth-tls-secret")}"], result.Verdicts.Lines());
        Assert.Equal("", result.Model.Hosts[0].ClientCertificates!.CaPem);
    }

    [Theory]
    [InlineData("auth-tls-verify-client", "yes")]
    [InlineData("auth-tls-verify-depth", "-1")]
    [InlineData("auth-tls-verify-depth", "deep")]
    [InlineData("auth-tls-error-page", "@named")]
    [InlineData("auth-tls-error-page", "//x.com")]
    [InlineData("auth-tls-pass-certificate-to-upstream", "on")]
    public void Invalid_option_keeps_the_default_and_is_reported(string name, string value)
    {
        var result = Given.Translate(Ca, Given.Ingress("a", "a.com", "/", "svc", annotations: [Secret, $"{name}={value}"]));

        Assert.Equal([$"a Defaulted AnnotationInvalid {Given.Field(name)}"], result.Verdicts.Lines());
        Assert.Equal(Policy([Secret]), result.Model.Hosts[0].ClientCertificates);
    }

    [Fact]
    public void Oldest_decides_for_the_host_and_a_different_one_is_reported()
    {
        var result = Given.Translate(
            Ca, Given.Ingress("a", "a.com", "/", "svc", annotations: Secret),
            Given.Ingress("b", "a.com", "/b", "svc", created: "2027-01-01T00:00:00Z", annotations: [Secret, "auth-tls-verify-client=optional"]),
            Given.Ingress("c", "a.com", "/c", "svc", created: "2028-01-01T00:00:00Z", annotations: Secret));

        Assert.Equal(ClientCertificateMode.Required, result.Model.Hosts[0].ClientCertificates!.Mode);
        Assert.Equal([$"b Conflict ClientCertificatesConflict {Given.Field("auth-tls-secret")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Options_without_the_secret_have_no_effect_and_are_reported() =>
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("auth-tls-verify-client")}", "auth-tls-verify-client=on");

    private static ClientCertificatePolicy? Policy(string[] annotations)
    {
        var result = Given.Translate(Ca, Given.Ingress("a", "a.com", "/", "svc", annotations: annotations));
        Assert.Empty(result.Verdicts);
        return result.Model.Hosts[0].ClientCertificates;
    }
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class UpstreamTlsAnnotationsTests
{
    private static readonly string[] Verified =
        ["backend-protocol=HTTPS", "proxy-ssl-secret=default/s", "proxy-ssl-verify=on", "proxy-ssl-name=app.internal"];

    [Theory]
    [InlineData("HTTPS")]
    [InlineData("https")]
    public void Https_encrypts_and_verifies_nothing(string value)
    {
        var policy = Given.Policies($"backend-protocol={value}").UpstreamTls!;

        Assert.Equal((null, false, null), (policy.ServerName, policy.Verify, policy.ClientCertificate));
    }

    [Theory]
    [InlineData("HTTP")]
    [InlineData("http")]
    public void Http_is_plain(string value) => Assert.Equal(RoutePolicies.Default, Given.Policies($"backend-protocol={value}"));

    [Fact]
    public void Secret_brings_client_certificate_and_bundle()
    {
        var result = Given.Translate(Given.Secret("s", ca: "-----BEGIN CERTIFICATE-----\nca"), Given.Ingress("a", "a.com", "/", "svc", annotations: [.. Verified, "proxy-ssl-verify-depth=3"]));
        var policy = result.Model.Hosts[0].Routes[0].Policies.UpstreamTls!;

        Assert.Empty(result.Verdicts);
        Assert.Equal(("app.internal", true, 3), (policy.ServerName, policy.Verify, policy.VerifyDepth));
        Assert.StartsWith("-----BEGIN CERTIFICATE", policy.CaPem, StringComparison.Ordinal);
        Assert.Equal("s", policy.ClientCertificate?.Source.Name);
    }

    [Fact]
    public void Secret_that_comes_later_opens_the_routes()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc", annotations: Verified));
        var before = translator.Translate();
        Given.Put(translator, Given.Secret("s", ca: "-----BEGIN CERTIFICATE-----\nca"));
        var after = translator.Translate();

        Assert.True(before.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal([$"a Refused SecretNotFound {Given.Field("proxy-ssl-secret")}"], before.Verdicts.Lines());
        Assert.False(after.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Empty(after.Verdicts);
    }

    [Theory]
    [InlineData("TLSv1.2", true, false)]
    [InlineData("TLSv1.3", false, true)]
    [InlineData("TLSv1.1 TLSv1.2 TLSv1.3", true, true)]
    public void Protocols_and_ciphers_are_those_named(string value, bool tls12, bool tls13)
    {
        var policy = Given.Policies("backend-protocol=HTTPS", "proxy-ssl-ciphers=HIGH:!aNULL", $"proxy-ssl-protocols={value}").UpstreamTls!;

        Assert.Equal(("HIGH:!aNULL", tls12, tls13), (policy.Ciphers, policy.Tls12, policy.Tls13));
    }

    [Theory]
    [InlineData("AUTO_HTTP", true)]
    [InlineData("HTTPS", false)]
    public void Protocol_may_be_the_clients(string value, bool asClient) => Assert.Equal(asClient, Given.Policies($"backend-protocol={value}").UpstreamTls!.AsClient);

    [Theory]
    [InlineData("on", "app.internal")]
    [InlineData("off", null)]
    public void Name_is_sent_when_asked_for(string value, string? sent) =>
        Assert.Equal(sent, Given.Policies("backend-protocol=HTTPS", "proxy-ssl-name=app.internal", $"proxy-ssl-server-name={value}").UpstreamTls!.ServerName);

    [Theory]
    [InlineData("AnnotationInvalid", "backend-protocol", "HTPS")]
    [InlineData("AnnotationInvalid", "backend-protocol", "")]
    [InlineData("AnnotationNotSupported", "backend-protocol", "GRPCS")]
    [InlineData("AnnotationNotSupported", "backend-protocol", "fcgi")]
    [InlineData("AnnotationInvalid", "proxy-ssl-secret", "s", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-secret", "other/s", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-verify", "yes", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-verify", "on", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-protocols", "TLSv1.1", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-protocols", "TLSv1.2 TLSv9", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-ciphers", "HIGH;", "backend-protocol=HTTPS")]
    [InlineData("AnnotationInvalid", "proxy-ssl-name", "a b", "backend-protocol=HTTPS")]
    public void What_cannot_be_honoured_closes_the_routes(string code, string name, string value, params string[] more) =>
        Assert.True(Given.PoliciesReporting($"Refused {code} {Given.Field(name)}", [.. more, $"{name}={value}"]).Closed);

    [Fact]
    public void Settings_of_tls_without_https_are_reported_and_the_route_served() =>
        Assert.Equal(RoutePolicies.Default, Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("proxy-ssl-verify")}", "proxy-ssl-verify=on"));

    [Fact]
    public void Secret_without_a_bundle_cannot_verify()
    {
        var result = Given.Translate(Given.Secret("s"), Given.Ingress("a", "a.com", "/", "svc", annotations: Verified));

        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal([$"a Refused SecretInvalid {Given.Field("proxy-ssl-secret")}"], result.Verdicts.Lines());
    }
}

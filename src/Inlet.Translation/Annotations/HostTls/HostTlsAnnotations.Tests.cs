using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class HostTlsAnnotationsTests
{
    private static readonly TranslationOptions Passing = new() { TlsPassthrough = true };

    [Fact]
    public void Oldest_ingress_of_a_host_decides()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "svc", annotations: ["ssl-ciphers=HIGH:!aNULL", "ssl-prefer-server-ciphers=false"]),
            Given.Ingress("b", "a.com", "/b", "svc", created: "2027-01-01T00:00:00Z", annotations: "ssl-ciphers=LOW"));

        Assert.Equal(new HostTlsPolicy { Ciphers = "HIGH:!aNULL", PreferServerOrder = false }, result.Model.Hosts[0].Tls);
    }

    [Theory]
    [InlineData("ssl-ciphers", "HIGH;x")]
    [InlineData("ssl-ciphers", "")]
    [InlineData("ssl-prefer-server-ciphers", "on")]
    [InlineData("ssl-passthrough", "on")]
    public void Invalid_value_keeps_the_servers_and_is_reported(string name, string value)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: $"{name}={value}"));

        Assert.Equal([$"a Defaulted AnnotationInvalid {Given.Field(name)}"], result.Verdicts.Lines());
        Assert.Equal((null, null), (result.Model.Hosts[0].Tls, result.Model.Hosts[0].Passthrough));
    }

    [Fact]
    public void Passthrough_goes_to_the_service_of_the_root()
    {
        var result = Given.Translate(
            Passing, Given.Ingress("a", "a.com", "/", "svc", annotations: "ssl-passthrough=true"), Given.Ingress("b", "b.com", "/", "svc"));

        Assert.Empty(result.Verdicts);
        Assert.Equal([new BackendKey("default", "svc", "80"), null], result.Model.Hosts.Select(static host => host.Passthrough));
    }

    [Fact]
    public void Passthrough_without_the_flag_has_no_effect_and_is_reported()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: "ssl-passthrough=true"));

        Assert.Equal([$"a Refused AnnotationWithoutEffect {Given.Field("ssl-passthrough")}"], result.Verdicts.Lines());
        Assert.Null(result.Model.Hosts[0].Passthrough);
    }

    [Fact]
    public void Passthrough_without_a_root_has_no_effect_and_is_reported()
    {
        var result = Given.Translate(Passing, Given.Ingress("a", "a.com", "/x", "svc", annotations: "ssl-passthrough=true"));

        Assert.Equal([$"a Refused AnnotationWithoutEffect {Given.Field("ssl-passthrough")}"], result.Verdicts.Lines());
        Assert.Null(result.Model.Hosts[0].Passthrough);
    }
}

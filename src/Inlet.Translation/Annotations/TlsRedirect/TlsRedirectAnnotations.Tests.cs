using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class TlsRedirectAnnotationsTests
{
    [Theory]
    [InlineData(TlsRedirectPolicy.WhenHostHasCertificate)]
    [InlineData(TlsRedirectPolicy.WhenHostHasCertificate, "ssl-redirect=true")]
    [InlineData(TlsRedirectPolicy.Off, "ssl-redirect=false")]
    [InlineData(TlsRedirectPolicy.Always, "force-ssl-redirect=true")]
    [InlineData(TlsRedirectPolicy.Always, "ssl-redirect=false", "force-ssl-redirect=true")]
    [InlineData(TlsRedirectPolicy.Off, "ssl-redirect=false", "force-ssl-redirect=false")]
    public void Policy_follows_both_annotations(TlsRedirectPolicy policy, params string[] annotations)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: annotations));

        Assert.Equal(policy, result.Model.Hosts[0].Routes[0].TlsRedirect);
        Assert.Empty(result.Verdicts);
    }

    [Theory]
    [InlineData("ssl-redirect=off", "ssl-redirect")]
    [InlineData("force-ssl-redirect=on", "force-ssl-redirect")]
    public void Invalid_value_falls_back_to_the_default_and_is_reported(string annotation, string field)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: [annotation]));

        Assert.Equal(TlsRedirectPolicy.WhenHostHasCertificate, result.Model.Hosts[0].Routes[0].TlsRedirect);
        Assert.Equal([$"a Defaulted AnnotationInvalid {Given.Field(field)}"], result.Verdicts.Lines());
    }

    [Fact]
    public void On_a_canary_the_main_ingress_decides_and_that_is_said()
    {
        var result = Given.Translate(
            Given.Ingress("main", "a.com", "/", "one", annotations: ["ssl-redirect=false"]),
            Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true", "canary-weight=1", "force-ssl-redirect=true"]));

        Assert.Equal(TlsRedirectPolicy.Off, result.Model.Hosts[0].Routes[0].TlsRedirect);
        Assert.Equal([$"c Refused AnnotationWithoutEffect {Given.Field("force-ssl-redirect")}"], result.Verdicts.Lines());
    }
}

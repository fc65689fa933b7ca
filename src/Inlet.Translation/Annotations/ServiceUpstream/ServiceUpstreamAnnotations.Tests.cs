namespace Inlet.Translation.Tests;

public sealed class ServiceUpstreamAnnotationsTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Backend_is_the_service_itself_when_asked_for(string value, bool whole)
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "svc", annotations: $"service-upstream={value}"),
            Given.Ingress("b", "a.com", "/", "next", annotations: ["canary=true", "canary-weight=5", $"service-upstream={value}"]));

        Assert.Empty(result.Verdicts);
        var split = result.Model.Hosts[0].Routes[0].Split;
        Assert.Equal((whole, whole), (split.Primary!.ClusterAddress, split.Canaries[0].Backend.ClusterAddress));
    }

    [Fact]
    public void Invalid_value_keeps_the_endpoints_and_is_reported()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: "service-upstream=on"));

        Assert.Equal([$"a Defaulted AnnotationInvalid {Given.Field("service-upstream")}"], result.Verdicts.Lines());
        Assert.False(result.Model.Hosts[0].Routes[0].Split.Primary!.ClusterAddress);
    }
}

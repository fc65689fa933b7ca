using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class BufferingAnnotationsTests
{
    [Theory]
    [InlineData("client-body-buffer-size", "16k")]
    [InlineData("proxy-buffer-size", "8k")]
    [InlineData("proxy-busy-buffers-size", "16K")]
    [InlineData("proxy-max-temp-file-size", "0")]
    [InlineData("proxy-request-buffering", "off")]
    [InlineData("proxy-buffering", "on")]
    [InlineData("proxy-buffers-number", "8")]
    [InlineData("proxy-http-version", "1.0")]
    public void What_has_no_counterpart_is_reported_and_the_route_served(string name, string value) =>
        Assert.Equal(RoutePolicies.Default, Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field(name)}", $"{name}={value}"));

    [Theory]
    [InlineData("client-body-buffer-size", "16 k")]
    [InlineData("proxy-buffer-size", "-8k")]
    [InlineData("proxy-busy-buffers-size", "lots")]
    [InlineData("proxy-max-temp-file-size", "1.5m")]
    [InlineData("proxy-request-buffering", "true")]
    [InlineData("proxy-buffering", "")]
    [InlineData("proxy-buffers-number", "0")]
    [InlineData("proxy-http-version", "2")]
    public void Invalid_value_is_reported_and_the_route_served(string name, string value) =>
        Assert.Equal(RoutePolicies.Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}"));

    [Fact]
    public void Version_that_is_spoken_anyway_is_nothing_to_report() => Given.Policies("proxy-http-version=1.1");
}

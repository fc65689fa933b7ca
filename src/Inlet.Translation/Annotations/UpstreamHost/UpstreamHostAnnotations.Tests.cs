namespace Inlet.Translation.Tests;

public sealed class UpstreamHostAnnotationsTests
{
    [Theory]
    [InlineData("app.internal")]
    [InlineData("app.internal:8080")]
    [InlineData("[::1]:80")]
    public void Host_is_the_one_named(string value) => Assert.Equal(value, Given.Policies($"upstream-vhost={value}").UpstreamHost);

    [Theory]
    [InlineData("$service_name.internal")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Invalid_host_counts_as_not_set_and_is_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("upstream-vhost")}", $"upstream-vhost={value}").UpstreamHost);
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class ErrorPageAnnotationsTests
{
    private static readonly ObjectReference Source = new("Ingress", "default", "a");

    [Fact]
    public void Backend_is_a_services_first_port() =>
        Assert.Equal(new ErrorPagePolicy(Source) { Backend = new BackendKey("default", "pages", "") }, Given.Policies("default-backend=pages").ErrorPages);

    [Fact]
    public void Statuses_are_a_list() =>
        Assert.Equal(
            new ErrorPagePolicy(Source) { Statuses = [404, 503], KeepEndpoints = true },
            Given.Policies("custom-http-errors=503, 404,404", "disable-proxy-intercept-errors=true").ErrorPages);

    [Theory]
    [InlineData("default-backend", "pages:80")]
    [InlineData("default-backend", "other/pages")]
    [InlineData("default-backend", "Pages")]
    [InlineData("default-backend", "")]
    [InlineData("custom-http-errors", "200")]
    [InlineData("custom-http-errors", "404;503")]
    [InlineData("custom-http-errors", "4xx")]
    [InlineData("custom-http-errors", ",")]
    [InlineData("custom-http-errors", "")]
    public void Invalid_value_is_treated_as_not_set_and_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").ErrorPages);

    [Fact]
    public void Invalid_switch_keeps_the_default_and_is_reported() =>
        Assert.False(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("disable-proxy-intercept-errors")}", "custom-http-errors=404", "disable-proxy-intercept-errors=on").ErrorPages!.KeepEndpoints);

    [Fact]
    public void Switch_without_statuses_has_no_effect_and_is_reported() =>
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("disable-proxy-intercept-errors")}", "disable-proxy-intercept-errors=true");
}

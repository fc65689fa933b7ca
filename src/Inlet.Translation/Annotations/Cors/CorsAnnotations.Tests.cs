using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class CorsAnnotationsTests
{
    [Fact]
    public void Everything_is_allowed_by_default() =>
        Assert.Equal(new CorsPolicy(["*"]), Given.Policies("enable-cors=true").Cors);

    [Theory]
    [InlineData("https://a.com", "https://a.com")]
    [InlineData("https://A.com:8443, http://*.b.com", "https://a.com:8443", "http://*.b.com")]
    [InlineData("null,custom://app", "null", "custom://app")]
    [InlineData("https://a.com, *", "*")]
    public void Origins_are_read(string value, params string[] origins) =>
        Assert.Equal(new CorsPolicy([.. origins]), Given.Policies("enable-cors=true", $"cors-allow-origin={value}").Cors);

    [Fact]
    public void All_settings_are_taken() =>
        Assert.Equal(
            new CorsPolicy(["*"]) { AllowCredentials = false, AllowMethods = "GET, PUT", AllowHeaders = "X-A, x_b", ExposeHeaders = "*, X-C", MaxAge = 60 },
            Given.Policies("enable-cors=true", "cors-allow-credentials=false", "cors-allow-methods=GET,PUT", "cors-allow-headers=X-A, x_b", "cors-expose-headers=*,X-C", "cors-max-age=60").Cors);

    [Theory]
    [InlineData("a.com")]
    [InlineData("https://a.com/path")]
    [InlineData("https://a.*.com")]
    [InlineData("https://a.com:port")]
    [InlineData("https://a.com, https://b c.com")]
    [InlineData("*, https://b c.com")]
    [InlineData("https://a.com\\r\\nX-Evil: 1")]
    [InlineData(",")]
    [InlineData("")]
    public void Invalid_origin_allows_nobody_and_the_route_is_served(string value)
    {
        var policies = Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field("cors-allow-origin")}", "enable-cors=true", $"cors-allow-origin={value}");

        Assert.Null(policies.Cors);
        Assert.False(policies.Closed);
    }

    [Theory]
    [InlineData("cors-allow-methods", "GET;PUT")]
    [InlineData("cors-allow-methods", "*")]
    [InlineData("cors-allow-headers", "X-A\\nX-Evil: 1")]
    [InlineData("cors-expose-headers", "X A")]
    [InlineData("cors-allow-credentials", "yes")]
    [InlineData("cors-max-age", "1d")]
    [InlineData("cors-max-age", "-2")]
    public void Invalid_setting_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(new CorsPolicy(["*"]), Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", "enable-cors=true", $"{name}={value}").Cors);

    [Theory]
    [InlineData("cors-allow-origin", "https://a.com")]
    [InlineData("cors-max-age", "5")]
    public void Settings_without_cors_have_no_effect_and_are_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field(name)}", $"{name}={value}").Cors);

    [Fact]
    public void Invalid_switch_leaves_it_off() =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("enable-cors")}", "enable-cors=yes").Cors);
}

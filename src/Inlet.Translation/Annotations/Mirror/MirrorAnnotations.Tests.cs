using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class MirrorAnnotationsTests
{
    private const string Target = "mirror-target=http://mirror:8080$request_uri";

    [Fact]
    public void Target_becomes_a_template() =>
        Assert.Equal(
            new MirrorPolicy(new ValueTemplate([new TemplatePart("http://mirror:8080"), new TemplatePart("", TemplateVariable.Target)])), Given.Policies(Target).Mirror);

    [Fact]
    public void All_settings_are_taken()
    {
        var policy = Given.Policies(Target, "mirror-host=copy.com", "mirror-request-body=off").Mirror!;

        Assert.Equal(("copy.com", false), (policy.Host, policy.WithBody));
    }

    [Theory]
    [InlineData("mirror:8080/x")]
    [InlineData("http://mirror/$no_such_variable")]
    [InlineData("http://mirror/ x")]
    [InlineData("")]
    public void Invalid_target_mirrors_nothing_and_is_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("mirror-target")}", $"mirror-target={value}").Mirror);

    [Theory]
    [InlineData("mirror-host", "a b")]
    [InlineData("mirror-request-body", "true")]
    public void Invalid_option_keeps_the_default_and_is_reported(string name, string value)
    {
        var policy = Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", Target, $"{name}={value}").Mirror!;

        Assert.Equal((null, true), (policy.Host, policy.WithBody));
    }

    [Theory]
    [InlineData("mirror-host", "a.com")]
    [InlineData("mirror-request-body", "off")]
    public void Option_without_a_target_has_no_effect_and_is_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field(name)}", $"{name}={value}").Mirror);
}

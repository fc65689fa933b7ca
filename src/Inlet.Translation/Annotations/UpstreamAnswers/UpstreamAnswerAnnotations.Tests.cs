using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class UpstreamAnswerAnnotationsTests
{
    [Fact]
    public void All_settings_are_taken() =>
        Assert.Equal(
            new AnswerRewritePolicy
            {
                CookieDomain = new TextReplacement("app.internal", "a.com"),
                CookiePath = new TextReplacement("/two/", "/"),
                Redirect = new TextReplacement("http://app.internal:8080/", "https://a.com/"),
            },
            Given.Policies(
                "proxy-cookie-domain=app.internal a.com", "proxy-cookie-path=/two/ /", "proxy-redirect-from=http://app.internal:8080/", "proxy-redirect-to=https://a.com/").AnswerRewrite);

    [Theory]
    [InlineData("proxy-cookie-domain=off")]
    [InlineData("proxy-cookie-path=off")]
    [InlineData("proxy-redirect-from=off")]
    [InlineData("proxy-redirect-from=default")]
    public void Off_changes_nothing(string annotation) => Assert.Null(Given.Policies(annotation).AnswerRewrite);

    [Theory]
    [InlineData("proxy-cookie-domain", "one")]
    [InlineData("proxy-cookie-domain", "one two three")]
    [InlineData("proxy-cookie-domain", "one two;Secure")]
    [InlineData("proxy-cookie-path", "/a /$host")]
    [InlineData("proxy-cookie-path", "/a /b\\r\\nX-Evil:1")]
    [InlineData("proxy-cookie-path", "")]
    [InlineData("proxy-redirect-from", "http://a b")]
    public void Invalid_value_changes_nothing_and_is_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").AnswerRewrite);

    [Theory]
    [InlineData("proxy-redirect-from", "http://a/")]
    [InlineData("proxy-redirect-to", "http://a/")]
    public void Half_a_redirect_has_no_effect_and_is_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field(name)}", $"{name}={value}").AnswerRewrite);
}

namespace Inlet.Translation.Tests;

public sealed class AuthenticationAnnotationsTests
{
    [Theory]
    [InlineData("auth-type", "basic")]
    [InlineData("auth-secret", "default/users")]
    [InlineData("auth-url", "https://auth.example.com/check")]
    [InlineData("auth-tls-secret", "default/ca")]
    [InlineData("auth-type", "")]
    public void What_is_to_be_guarded_and_cannot_be_is_closed(string name, string value) =>
        Assert.True(Given.PoliciesReporting($"Refused AnnotationNotSupported {Given.Field(name)}", $"{name}={value}").Closed);

    [Fact]
    public void Without_them_the_routes_are_open() => Assert.False(Given.Policies("proxy-body-size=1m").Closed);
}

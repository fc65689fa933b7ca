using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class UpstreamFieldsAnnotationsTests
{
    [Theory]
    [InlineData("/api", "api")]
    [InlineData("api", "api")]
    public void Prefix_is_the_one_written(string value, string part) =>
        Assert.Equal(new RewritePolicy([new RewritePart(part)]), Given.Policies("rewrite-target=/x", $"x-forwarded-prefix={value}").ForwardedPrefix);

    [Theory]
    [InlineData("/a b")]
    [InlineData("/$host")]
    [InlineData("/a\\nX-Evil: 1")]
    [InlineData("")]
    public void Invalid_prefix_is_not_sent_and_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("x-forwarded-prefix")}", "rewrite-target=/x", $"x-forwarded-prefix={value}").ForwardedPrefix);

    [Fact]
    public void Prefix_without_a_rewrite_has_no_effect_and_is_reported() =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("x-forwarded-prefix")}", "x-forwarded-prefix=/x").ForwardedPrefix);

    [Theory]
    [InlineData("close", UpstreamConnectionHeader.Close)]
    [InlineData("keep-alive", UpstreamConnectionHeader.KeepAlive)]
    public void Connection_is_the_one_written(string value, UpstreamConnectionHeader connection) =>
        Assert.Equal(connection, Given.Policies($"connection-proxy-header={value}").UpstreamConnection);

    [Theory]
    [InlineData("Close")]
    [InlineData("upgrade")]
    [InlineData("")]
    public void Invalid_connection_is_not_sent_and_reported(string value) =>
        Assert.Equal(UpstreamConnectionHeader.None, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("connection-proxy-header")}", $"connection-proxy-header={value}").UpstreamConnection);
}

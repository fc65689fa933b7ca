using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class BodySizeAnnotationsTests
{
    [Theory]
    [InlineData("512", 512L)]
    [InlineData("8k", 8L << 10)]
    [InlineData("8K", 8L << 10)]
    [InlineData("100m", 100L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("0", null)]
    [InlineData("0m", null)]
    public void Size_is_read_with_its_unit(string value, long? bytes) =>
        Assert.Equal(new BodySizePolicy(bytes), Given.Policies($"proxy-body-size={value}").BodySize);

    [Theory]
    [InlineData("1b")]
    [InlineData("1t")]
    [InlineData("-1m")]
    [InlineData("1.5m")]
    [InlineData("8 m")]
    [InlineData("m")]
    [InlineData("")]
    [InlineData("9223372036854775807k")]
    public void Invalid_size_keeps_the_default_and_is_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("proxy-body-size")}", $"proxy-body-size={value}").BodySize);
}

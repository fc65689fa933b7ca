namespace Inlet.Translation.Tests;

public sealed class AccessLogAnnotationsTests
{
    [Theory]
    [InlineData("false", true)]
    [InlineData("true", false)]
    public void Log_is_kept_unless_it_is_not_wanted(string value, bool unlogged) => Assert.Equal(unlogged, Given.Policies($"enable-access-log={value}").Unlogged);

    [Theory]
    [InlineData("enable-access-log", "off")]
    [InlineData("enable-rewrite-log", "")]
    public void Invalid_switch_keeps_the_log_and_is_reported(string name, string value) =>
        Assert.False(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Unlogged);

    [Fact]
    public void Log_of_rewrites_is_none() =>
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("enable-rewrite-log")}", "enable-rewrite-log=true");
}

namespace Inlet.Translation.Tests;

public sealed class AccessLogAnnotationsTests
{
    [Theory]
    [InlineData("false", true)]
    [InlineData("true", false)]
    public void Log_is_kept_unless_it_is_not_wanted(string value, bool unlogged) => Assert.Equal(unlogged, Given.Policies($"enable-access-log={value}").Unlogged);

    [Theory]
    [InlineData("enable-access-log", "off")]
    [InlineData("enable-access-log", "")]
    public void Invalid_switch_keeps_the_log_and_is_reported(string name, string value) =>
        Assert.False(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Unlogged);
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class TimeoutAnnotationsTests
{
    [Fact]
    public void Each_timeout_is_read_in_seconds()
    {
        var policies = Given.Policies("proxy-connect-timeout=2", "proxy-send-timeout=30", "proxy-read-timeout=3600");

        Assert.Equal(new TimeoutPolicy(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1)), policies.Timeouts);
    }

    [Fact]
    public void Without_annotations_the_servers_timeouts_stay() => Assert.Null(Given.Policies().Timeouts);

    [Theory]
    [InlineData("proxy-connect-timeout", "50k")]
    [InlineData("proxy-read-timeout", "60s")]
    [InlineData("proxy-read-timeout", "0")]
    [InlineData("proxy-send-timeout", "-1")]
    [InlineData("proxy-send-timeout", "")]
    public void Invalid_value_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(RoutePolicies.Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}"));

    [Fact]
    public void Invalid_value_leaves_its_neighbours_in_force()
    {
        var policies = Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("proxy-read-timeout")}", "proxy-read-timeout=x", "proxy-send-timeout=7");

        Assert.Equal(new TimeoutPolicy(Send: TimeSpan.FromSeconds(7)), policies.Timeouts);
    }
}

using System.Net;
using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class RateLimitAnnotationsTests
{
    [Fact]
    public void All_settings_are_taken() =>
        Assert.Equal(
            new RateLimitPolicy("default/a") { Connections = 3, RequestsPerSecond = 10, RequestsPerMinute = 100, BurstMultiplier = 2, Exempt = [IPNetwork.Parse("10.0.0.0/8")] },
            Given.Policies("limit-connections=3", "limit-rps=10", "limit-rpm=100", "limit-burst-multiplier=2", "limit-allowlist=10.0.0.0/8").RateLimit);

    [Fact]
    public void Burst_is_five_times_by_default() => Assert.Equal(5, Given.Policies("limit-rps=1").RateLimit!.BurstMultiplier);

    [Fact]
    public void Old_name_of_the_allowlist_is_understood() =>
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8")], Given.Policies("limit-rps=1", "limit-whitelist=10.0.0.0/8").RateLimit!.Exempt);

    [Fact]
    public void New_name_wins_and_that_is_said() =>
        Assert.Equal(
            [IPNetwork.Parse("10.0.0.0/8")],
            Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("limit-whitelist")}", "limit-rps=1", "limit-whitelist=0.0.0.0/0", "limit-allowlist=10.0.0.0/8").RateLimit!.Exempt);

    [Fact]
    public void Zero_limits_nothing() => Assert.Null(Given.Policies("limit-rps=0", "limit-connections=0").RateLimit);

    [Theory]
    [InlineData("limit-rps", "ten")]
    [InlineData("limit-rps", "-1")]
    [InlineData("limit-rps", "1.5")]
    [InlineData("limit-rpm", "")]
    [InlineData("limit-connections", "10r/s")]
    [InlineData("limit-connections", "99999999999")]
    [InlineData("limit-allowlist", "10.0.0.0/33")]
    [InlineData("limit-whitelist", "everybody")]
    public void Invalid_limit_closes_the_routes(string name, string value) =>
        Assert.True(Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Closed);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    public void Invalid_burst_keeps_the_default_and_is_reported(string value) =>
        Assert.Equal(5, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("limit-burst-multiplier")}", "limit-rps=1", $"limit-burst-multiplier={value}").RateLimit!.BurstMultiplier);

    [Fact]
    public void Bandwidth_is_in_kibibytes() => Assert.Equal(new BandwidthPolicy(10240, 2048), Given.Policies("limit-rate=10", "limit-rate-after=2").Bandwidth);

    [Theory]
    [InlineData("limit-rate", "1m")]
    [InlineData("limit-rate", "-5")]
    public void Invalid_bandwidth_sets_no_limit_and_is_reported(string name, string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Bandwidth);

    [Fact]
    public void Start_of_a_bandwidth_that_is_none_has_no_effect_and_is_reported() =>
        Assert.Null(Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("limit-rate-after")}", "limit-rate-after=5").Bandwidth);
}

using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class RetryAnnotationsTests
{
    [Theory]
    [InlineData("error", RetryOn.Error, false)]
    [InlineData("error timeout", RetryOn.Error | RetryOn.Timeout, false)]
    [InlineData("  invalid_header   http_500 ", RetryOn.InvalidAnswer | RetryOn.Http500, false)]
    [InlineData("http_502 http_503 http_504", RetryOn.Http502 | RetryOn.Http503 | RetryOn.Http504, false)]
    [InlineData("http_403 http_404 http_429", RetryOn.Http403 | RetryOn.Http404 | RetryOn.Http429, false)]
    [InlineData("error non_idempotent", RetryOn.Error, true)]
    public void Reasons_are_those_listed(string value, RetryOn on, bool nonIdempotent) =>
        Assert.Equal(new RetryPolicy(on) { NonIdempotent = nonIdempotent }, Given.Policies($"proxy-next-upstream={value}").Retries);

    [Theory]
    [InlineData("proxy-next-upstream=off")]
    [InlineData("proxy-next-upstream=off error")]
    [InlineData("proxy-next-upstream=off", "proxy-next-upstream-tries=5")]
    public void Off_tries_no_other_endpoint(params string[] annotations) =>
        Assert.Equal(new RetryPolicy(RetryOn.None) { MaxTries = 1 }, Given.Policies(annotations).Retries);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("5", 5)]
    [InlineData("0", 32)]
    public void Tries_include_the_first(string value, int tries) =>
        Assert.Equal(RetryPolicy.Default with { MaxTries = tries }, Given.Policies($"proxy-next-upstream-tries={value}").Retries);

    [Theory]
    [InlineData("0", null)]
    [InlineData("3", 3)]
    public void Time_for_further_tries_is_read_in_seconds(string value, int? seconds) =>
        Assert.Equal(
            RetryPolicy.Default with { Within = seconds is { } s ? TimeSpan.FromSeconds(s) : null }, Given.Policies($"proxy-next-upstream-timeout={value}").Retries);

    [Theory]
    [InlineData("proxy-next-upstream", "error http_418")]
    [InlineData("proxy-next-upstream", "error,timeout")]
    [InlineData("proxy-next-upstream", "")]
    [InlineData("proxy-next-upstream-tries", "-1")]
    [InlineData("proxy-next-upstream-tries", "many")]
    [InlineData("proxy-next-upstream-timeout", "-1")]
    [InlineData("proxy-next-upstream-timeout", "3s")]
    public void Invalid_value_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(RetryPolicy.Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Retries);

    [Fact]
    public void More_tries_than_the_most_are_cut_and_reported() =>
        Assert.Equal(
            RetryPolicy.Default with { MaxTries = 32 },
            Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("proxy-next-upstream-tries")}", "proxy-next-upstream-tries=1000").Retries);
}

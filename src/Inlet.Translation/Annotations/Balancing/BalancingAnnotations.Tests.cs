using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class BalancingAnnotationsTests
{
    [Theory]
    [InlineData("round_robin", BalancingMethod.RoundRobin)]
    [InlineData("ewma", BalancingMethod.Ewma)]
    public void Method_is_the_one_named(string value, BalancingMethod method) =>
        Assert.Equal(new BalancingPolicy(method), Given.Policies($"load-balance={value}").Balancing);

    [Theory]
    [InlineData("$request_uri", HashSource.Target, "")]
    [InlineData("${request_uri}", HashSource.Target, "")]
    [InlineData("$uri", HashSource.Path, "")]
    [InlineData("$host", HashSource.Host, "")]
    [InlineData("$remote_addr", HashSource.ClientAddress, "")]
    [InlineData("$binary_remote_addr", HashSource.ClientAddress, "")]
    [InlineData("$http_x_user_id", HashSource.Header, "x-user-id")]
    [InlineData("$cookie_session", HashSource.Cookie, "session")]
    public void Hash_goes_by_the_variable(string value, HashSource source, string name) =>
        Assert.Equal(
            new BalancingPolicy(BalancingMethod.ConsistentHash) { HashBy = new HashKey(source, name) },
            Given.Policies($"upstream-hash-by={value}", "load-balance=ewma").Balancing);

    [Theory]
    [InlineData("load-balance", "least_conn")]
    [InlineData("load-balance", "EWMA")]
    [InlineData("load-balance", "")]
    [InlineData("upstream-hash-by", "fixed")]
    [InlineData("upstream-hash-by", "$host$uri")]
    [InlineData("upstream-hash-by", "$no_such_variable")]
    [InlineData("upstream-hash-by", "$http_")]
    [InlineData("upstream-hash-by", "$http_a;b")]
    public void Invalid_value_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(BalancingPolicy.Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Balancing);
}

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

    [Fact]
    public void Hash_may_go_by_several_variables() =>
        Assert.Equal(
            new HashKey(HashSource.Text) { Text = new ValueTemplate([new TemplatePart("", TemplateVariable.Host), new TemplatePart("-"), new TemplatePart("id", TemplateVariable.QueryParameter)]) },
            Given.Policies("upstream-hash-by=${host}-$arg_id").Balancing.HashBy);

    [Theory]
    [InlineData(3, "upstream-hash-by-subset=true")]
    [InlineData(5, "upstream-hash-by-subset=true", "upstream-hash-by-subset-size=5")]
    [InlineData(1, "upstream-hash-by-subset=false")]
    public void Hash_may_mean_several_endpoints(int subset, params string[] annotations) =>
        Assert.Equal(subset, Given.Policies(["upstream-hash-by=$host", .. annotations]).Balancing.HashSubset);

    [Theory]
    [InlineData("upstream-hash-by-subset", "yes", 1, "upstream-hash-by=$host")]
    [InlineData("upstream-hash-by-subset-size", "-1", 3, "upstream-hash-by=$host", "upstream-hash-by-subset=true")]
    [InlineData("upstream-hash-by-subset-size", "many", 3, "upstream-hash-by=$host", "upstream-hash-by-subset=true")]
    public void Invalid_subset_keeps_the_default_and_is_reported(string name, string value, int subset, params string[] more) =>
        Assert.Equal(subset, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", [.. more, $"{name}={value}"]).Balancing.HashSubset);

    [Fact]
    public void Subset_without_a_hash_has_no_effect_and_is_reported() =>
        Given.PoliciesReporting($"Refused AnnotationWithoutEffect {Given.Field("upstream-hash-by-subset")}", "upstream-hash-by-subset=true");

    [Theory]
    [InlineData("load-balance", "least_conn")]
    [InlineData("load-balance", "EWMA")]
    [InlineData("load-balance", "")]
    [InlineData("upstream-hash-by", "fixed")]
    [InlineData("upstream-hash-by", "$no_such_variable")]
    [InlineData("upstream-hash-by", "$http_")]
    [InlineData("upstream-hash-by", "$http_a;b")]
    public void Invalid_value_keeps_the_default_and_is_reported(string name, string value) =>
        Assert.Equal(BalancingPolicy.Default, Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field(name)}", $"{name}={value}").Balancing);
}

namespace Inlet.Translation.Tests;

public sealed class UpstreamHostAnnotationsTests
{
    [Theory]
    [InlineData("app.internal")]
    [InlineData("app.internal:8080")]
    [InlineData("[::1]:80")]
    public void Host_is_the_one_named(string value) => Assert.Equal(value, Given.Policies($"upstream-vhost={value}").UpstreamHost);

    [Theory]
    [InlineData("$service_name.$namespace.svc.cluster.local", "svc.default.svc.cluster.local")]
    [InlineData("${service_name}.x:$service_port", "svc.x:80")]
    [InlineData("$ingress_name", "a")]
    public void Variables_of_the_rule_are_what_they_stand_for(string value, string host) => Assert.Equal(host, Given.Policies($"upstream-vhost={value}").UpstreamHost);

    [Fact]
    public void Variables_stand_for_each_paths_own_service()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "one", annotations: "upstream-vhost=$service_name.x", spec: """
                - host: b.com
                    http:
                      paths:
                      - path: /
                        pathType: Prefix
                        backend: {service: {name: two, port: {number: 80} } }
                """));

        Assert.Empty(result.Verdicts);
        Assert.Equal(["one.x", "two.x"], result.Model.Hosts.Select(static host => host.Routes[0].Policies.UpstreamHost));
    }

    [Theory]
    [InlineData("$host.internal")]
    [InlineData("$service_name/x")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Invalid_host_counts_as_not_set_and_is_reported(string value) =>
        Assert.Null(Given.PoliciesReporting($"Defaulted AnnotationInvalid {Given.Field("upstream-vhost")}", $"upstream-vhost={value}").UpstreamHost);
}

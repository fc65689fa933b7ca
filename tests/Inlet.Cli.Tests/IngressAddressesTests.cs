using System.Net;
using Inlet.Cli.Up;
using Inlet.Local.Node;

namespace Inlet.Cli.Tests;

public sealed class IngressAddressesTests
{
    [Theory]
    [InlineData("www.app.com", "/a", false, 80, 443, "http://www.app.com/a")]
    [InlineData("www.app.com", "/a", true, 80, 443, "https://www.app.com/a")]
    [InlineData("www.app.com", "/", false, 8080, 8443, "http://www.app.com:8080/")]
    [InlineData("www.app.com", "/", true, 8080, 8443, "https://www.app.com:8443/")]
    [InlineData("", "", false, 80, 443, "http://localhost/")]
    [InlineData("www.app.com", "/", true, 8080, -1, "http://www.app.com:8080/")]
    public void Url_is_where_the_route_answers_here(string host, string path, bool tls, int http, int https, string url) =>
        Assert.Equal(url, new IngressAddresses(http, https, 30431, 30443).Url(Rows.Route(host, path, tls: tls)));

    [Fact]
    public void Hint_resolves_the_first_host_that_no_resolver_knows()
    {
        var addresses = new IngressAddresses(8080, 8443, 30431, 30443);

        Assert.Equal(
            "curl --resolve www.app.com:8080:127.0.0.1 http://www.app.com:8080/",
            addresses.Hint([Rows.Route(""), Rows.Route("*.app.com"), Rows.Route("app.localhost"), Rows.Route("www.app.com")]));
        Assert.Null(addresses.Hint([Rows.Route(""), Rows.Route("app.localhost")]));
    }

    [Fact]
    public void Ports_are_those_of_the_controllers_own_service()
    {
        BoundServicePort[] bound =
        [
            Port("default", "web", 80, BoundServicePortKind.LoadBalancer, 1),
            Port("inlet-system", "inlet-controller", 80, BoundServicePortKind.LoadBalancer, 8080),
            Port("inlet-system", "inlet-controller", 443, BoundServicePortKind.LoadBalancer, 8443),
            Port("inlet-system", "inlet-controller", 80, BoundServicePortKind.NodePort, 30431),
            Port("inlet-system", "inlet-controller", 80, BoundServicePortKind.ClusterIP, 2),
            new BoundServicePort("inlet-system", "inlet-controller", "", 443, BoundServicePortKind.NodePort, new IPEndPoint(IPAddress.Parse("10.244.0.254"), 30443)),
        ];

        Assert.Equal(new IngressAddresses(8080, 8443, 30431, -1), IngressAddresses.Of(bound));
    }

    private static BoundServicePort Port(string ns, string service, int port, BoundServicePortKind kind, int bound) =>
        new(ns, service, "", port, kind, new IPEndPoint(IPAddress.Loopback, bound));
}

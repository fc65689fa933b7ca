using Inlet.Kubernetes;

namespace Inlet.Controller.Tests;

public sealed class RedirectPortsTests
{
    [Fact]
    public void Service_ports_node_ports_and_bound_ports_are_paired()
    {
        var service = Service(
            """{"80":8080,"443":8443}""",
            new ServicePort("http", 80, new IntOrString(null, "http"), NodePort: 30431),
            new ServicePort("https", 443, new IntOrString(null, "https"), NodePort: 30443));

        Assert.Equal(
            new Dictionary<int, int> { [80] = 443, [30431] = 30443, [8080] = 8443 }.OrderBy(static pair => pair.Key),
            RedirectPorts.Of(service, 10080, 10443).OrderBy(static pair => pair.Key));
    }

    [Fact]
    public void Target_ports_by_number_are_ours_by_number()
    {
        var service = Service(null, new ServicePort("a", 8000, new IntOrString(10080, null)), new ServicePort("b", 9000, new IntOrString(10443, null)));

        Assert.Equal(9000, Assert.Single(RedirectPorts.Of(service, 10080, 10443)).Value);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[80]")]
    [InlineData("""{"80":"8080","443":-1,"x":1}""")]
    public void A_hint_that_cannot_be_read_changes_nothing(string hint)
    {
        var service = Service(hint, new ServicePort("http", 80), new ServicePort("https", 443));

        Assert.Equal(KeyValuePair.Create(80, 443), Assert.Single(RedirectPorts.Of(service, 10080, 10443)));
    }

    [Fact]
    public void Without_https_there_is_nothing_to_pair() => Assert.Empty(RedirectPorts.Of(Service(null, new ServicePort("http", 80, NodePort: 30431)), 10080, 10443));

    private static Service Service(string? hint, params ServicePort[] ports) => new(
        new ObjectMeta("inlet-controller", "inlet-system", Annotations: hint is null ? null : new Dictionary<string, string?> { ["inlet.dev/bound-ports"] = hint }),
        new ServiceSpec(Ports: ports));
}

using System.Net;
using System.Text.Json.Nodes;
using Inlet.Local.Node;
using Inlet.Local.Node.Pods;

namespace Inlet.Local.Tests.Node.Services.Names;

/// <summary>Which resolver a pod is given.</summary>
public sealed class ResolvConfTests
{
    private static readonly NodeNetwork s_network = NodeNetwork.Plan("/test", PodNetworkMode.Host) with
    {
        Mode = PodNetworkMode.Namespace,
        Gateway = IPAddress.Parse("10.250.3.1"),
    };

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"dnsPolicy":"ClusterFirst"}""", false)]
    [InlineData("""{"dnsPolicy":"ClusterFirstWithHostNet"}""", true)]
    public void A_pod_asks_the_cluster_first(string spec, bool onHostNetwork)
    {
        var text = Write(spec, onHostNetwork)!;

        Assert.StartsWith("nameserver 10.250.3.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local", text, StringComparison.Ordinal);
        Assert.EndsWith("options ndots:5\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"dnsPolicy":"ClusterFirst"}""", true)]
    [InlineData("""{"dnsPolicy":"Default"}""", true)]
    public void A_pod_on_the_machines_network_uses_the_machines_own_file(string spec, bool onHostNetwork) =>
        Assert.Null(Write(spec, onHostNetwork));

    [Fact]
    public void A_pod_that_asks_for_the_machines_resolvers_does_not_get_the_cluster() =>
        Assert.DoesNotContain("cluster.local", Write("""{"dnsPolicy":"Default"}""", false), StringComparison.Ordinal);

    [Fact]
    public void A_pods_own_settings_are_added_and_its_options_win() =>
        Assert.Matches(
            "^nameserver 10.250.3.1\nnameserver 192.0.2.1\nsearch shop.svc.cluster.local .*example.com\noptions ndots:2 edns0\n$",
            Write("""{"dnsConfig":{"nameservers":["192.0.2.1"],"searches":["example.com"],"options":[{"name":"ndots","value":"2"},{"name":"edns0"}]}}""", false));

    [Fact]
    public void A_pod_without_a_policy_of_ours_has_only_what_it_says() =>
        Assert.Equal("nameserver 192.0.2.1\n", Write("""{"dnsPolicy":"None","dnsConfig":{"nameservers":["192.0.2.1"]}}""", false));

    private static string? Write(string spec, bool onHostNetwork) => NameFiles.ResolvConf(
        new JsonObject { ["metadata"] = new JsonObject { ["namespace"] = "shop" }, ["spec"] = JsonNode.Parse(spec) }, s_network, onHostNetwork);
}

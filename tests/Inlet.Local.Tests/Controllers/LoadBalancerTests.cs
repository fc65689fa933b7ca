using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers;

namespace Inlet.Local.Tests.Controllers;

public sealed class LoadBalancerTests
{
    [Fact]
    public async Task LoadBalancer_has_this_machines_address_while_it_is_one()
    {
        await using var cluster = await TestCluster.StartAsync(new ControllerOptions { BindAddress = IPAddress.Parse("192.0.2.7") });
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web", """{"type":"LoadBalancer"}"""));
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("foreign", "web", """{"type":"LoadBalancer","loadBalancerClass":"example.com/mine"}"""));

        await cluster.UntilAsync(ResourceTypes.Services, "web", service => Addresses(service) is ["192.0.2.7"]);
        await cluster.PatchAsync(ResourceTypes.Services, "web", """{"spec":{"type":"ClusterIP"} }""");
        await cluster.UntilAsync(ResourceTypes.Services, "web", service => Addresses(service).Count == 0);
        Assert.Empty(Addresses(await cluster.FindAsync(ResourceTypes.Services, "foreign")));
    }

    private static List<string?> Addresses(JsonObject? service) =>
        [.. service.Object("status").Object("loadBalancer").Objects("ingress").Select(ingress => ingress.String("ip"))];
}

using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.Controllers;

namespace Inlet.Local.Tests.Controllers;

public sealed class BootstrapTests
{
    private static readonly ControllerOptions Options = new()
    {
        ApiServer = new IPEndPoint(IPAddress.Parse("127.0.0.1"), 6443),
        KubernetesServiceAddress = IPAddress.Parse("10.96.0.1"),
        CaCertificatePem = "the certificate",
    };

    [Fact]
    public async Task New_cluster_has_its_namespaces_accounts_and_certificates()
    {
        await using var cluster = await TestCluster.StartAsync(Options, node: false);
        foreach (var ns in (string[])["default", "kube-system", "kube-public", "kube-node-lease"])
        {
            await cluster.UntilAsync(ResourceTypes.Namespaces, ns, obj => obj is not null);
            await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null, ns);
            await cluster.UntilAsync(ResourceTypes.ConfigMaps, "kube-root-ca.crt", obj => obj.Object("data").String("ca.crt") == "the certificate", ns);
        }

        await cluster.CreateAsync(ResourceTypes.Namespaces, """{"metadata":{"name":"shop"} }""");
        await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null, "shop");
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "kube-root-ca.crt", obj => obj is not null, "shop");
    }

    [Fact]
    public async Task Api_server_is_found_behind_service_kubernetes()
    {
        await using var cluster = await TestCluster.StartAsync(Options, node: false);

        var service = await cluster.UntilAsync(ResourceTypes.Services, "kubernetes", obj => obj is not null);
        Assert.Equal("10.96.0.1", service.Object("spec").String("clusterIP"));
        Assert.Equal((443, 6443), (service.Object("spec").Objects("ports").Single().Integer("port"), service.Object("spec").Objects("ports").Single().Integer("targetPort")));
        var slice = await cluster.UntilAsync(ResourceTypes.EndpointSlices, "kubernetes", obj => obj is not null);
        Assert.Equal("kubernetes", slice!.Labels().String("kubernetes.io/service-name"));
        Assert.Equal(6443, slice.Objects("ports").Single().Integer("port"));
        Assert.Equal("127.0.0.1", slice.Objects("endpoints").Single().Array("addresses")!.Single()!.ToString());
        await cluster.UntilAsync(ResourceTypes.Endpoints, "kubernetes", obj => obj.Objects("subsets").Single().Objects("addresses").Single().String("ip") == "127.0.0.1");
    }

    [Fact]
    public async Task What_is_removed_or_spoilt_comes_back()
    {
        await using var cluster = await TestCluster.StartAsync(Options, node: false);
        var account = await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null);
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "kube-root-ca.crt", obj => obj is not null);
        var service = await cluster.UntilAsync(ResourceTypes.Services, "kubernetes", obj => obj is not null);
        await cluster.UntilAsync(ResourceTypes.EndpointSlices, "kubernetes", obj => obj is not null);

        await cluster.DeleteAsync(ResourceTypes.ServiceAccounts, "default");
        await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null && obj.Uid() != account!.Uid());
        await cluster.PatchAsync(ResourceTypes.ConfigMaps, "kube-root-ca.crt", """{"data":{"ca.crt":"another"} }""");
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "kube-root-ca.crt", obj => obj.Object("data").String("ca.crt") == "the certificate");
        await cluster.DeleteAsync(ResourceTypes.Services, "kubernetes");
        await cluster.UntilAsync(ResourceTypes.Services, "kubernetes", obj => obj is not null && obj.Uid() != service!.Uid());
        await cluster.PatchAsync(ResourceTypes.EndpointSlices, "kubernetes", """{"endpoints":[]}""");
        await cluster.UntilAsync(ResourceTypes.EndpointSlices, "kubernetes", obj => obj.Objects("endpoints").Any());
        var lease = await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null, "kube-node-lease");
        await cluster.DeleteAsync(ResourceTypes.Namespaces, "kube-node-lease");
        await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", obj => obj is not null && obj.Uid() != lease!.Uid(), "kube-node-lease");
    }

    [Fact]
    public async Task Start_with_another_port_changes_the_endpoints()
    {
        await using var cluster = await TestCluster.StartAsync(Options, node: false);
        await cluster.UntilAsync(ResourceTypes.EndpointSlices, "kubernetes", obj => obj is not null);
        await cluster.StopControllersAsync();

        cluster.StartControllers(Options with { ApiServer = new IPEndPoint(IPAddress.Loopback, 7443), KubernetesServiceAddress = IPAddress.Parse("10.96.0.9") });
        await cluster.UntilAsync(ResourceTypes.EndpointSlices, "kubernetes", obj => obj.Objects("ports").Single().Integer("port") == 7443);
        await cluster.UntilAsync(ResourceTypes.Services, "kubernetes", obj => obj.Object("spec").String("clusterIP") == "10.96.0.9");
    }
}

using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

public sealed class NamespaceTests
{
    [Fact]
    public async Task Deleted_namespace_is_emptied_and_then_gone()
    {
        await using var cluster = await TestCluster.StartAsync();
        await FillAsync(cluster, "shop");
        await FillAsync(cluster, "keep");

        await cluster.DeleteAsync(ResourceTypes.Namespaces, "shop");
        await cluster.UntilAsync(ResourceTypes.Namespaces, "shop", ns => ns is null);
        foreach (var type in (ResourceType[])
            [ResourceTypes.Deployments, ResourceTypes.ReplicaSets, ResourceTypes.Pods, ResourceTypes.Services, ResourceTypes.Endpoints, ResourceTypes.EndpointSlices,
             ResourceTypes.ConfigMaps, ResourceTypes.ServiceAccounts, ResourceTypes.Events])
        {
            Assert.Empty(await cluster.ListAsync(type, ns: "shop"));
        }

        Assert.Equal(3, (await cluster.ListAsync(ResourceTypes.Pods, ns: "keep")).Count);
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.ConfigMaps, "settings", "keep"));
    }

    [Fact]
    public async Task Namespace_waits_for_pods_that_end_slowly_and_for_finalizers_and_says_so()
    {
        await using var cluster = await TestCluster.StartAsync();
        await FillAsync(cluster, "shop");
        await cluster.PatchAsync(ResourceTypes.ConfigMaps, "settings", """{"metadata":{"finalizers":["example.com/hold"]} }""", "shop");
        cluster.Kubelet!.Ends = _ => false;

        await cluster.DeleteAsync(ResourceTypes.Namespaces, "shop");
        var ns = await cluster.UntilAsync(ResourceTypes.Namespaces, "shop", ns => ns.Object("status").Objects("conditions")
            .Any(c => c.String("message")?.Contains("configmaps. has 1 resource instances, pods. has 3 resource instances", StringComparison.Ordinal) == true));
        Assert.Equal("Terminating", ns.Object("status").String("phase"));
        Assert.Contains(ns.Object("status").Objects("conditions"), c => c.String("message") == "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances");

        foreach (var pod in await cluster.ListAsync(ResourceTypes.Pods, ns: "shop"))
        {
            Assert.True(pod.IsBeingDeleted());
            await cluster.Kubelet.RemoveAsync(pod);
        }

        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0, ns: "shop");
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.Namespaces, "shop"));
        await cluster.PatchAsync(ResourceTypes.ConfigMaps, "settings", """{"metadata":{"finalizers":null} }""", "shop");
        await cluster.UntilAsync(ResourceTypes.Namespaces, "shop", ns => ns is null);
    }

    private static async Task FillAsync(TestCluster cluster, string ns)
    {
        await cluster.CreateAsync(ResourceTypes.Namespaces, $$"""{"metadata":{"name":"{{ns}}"} }""");
        foreach (var (type, obj) in ((ResourceType, System.Text.Json.Nodes.JsonObject)[])
            [(ResourceTypes.Deployments, Given.Deployment("web", 3)), (ResourceTypes.Services, Given.Service("web", "web")), (ResourceTypes.ConfigMaps, TestCluster.Json("""{"metadata":{"name":"settings"} }"""))])
        {
            obj["metadata"]!["namespace"] = ns;
            await cluster.CreateAsync(type, obj);
        }

        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 3, ns);
        await cluster.UntilListAsync(ResourceTypes.Endpoints, all => all.Count == 1, ns: ns);
    }
}

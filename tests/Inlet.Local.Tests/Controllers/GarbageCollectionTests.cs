using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

public sealed class GarbageCollectionTests
{
    [Fact]
    public async Task Background_delete_takes_the_owner_at_once_and_then_everything_below_it()
    {
        await using var cluster = await WithDeploymentAsync();

        await cluster.DeleteAsync(ResourceTypes.Deployments, "web", "Background");
        Assert.Null(await cluster.FindAsync(ResourceTypes.Deployments, "web"));
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets.Count == 0);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Foreground_delete_keeps_the_owner_until_the_last_pod_is_gone()
    {
        await using var cluster = await WithDeploymentAsync();
        cluster.Kubelet!.Ends = _ => false;

        await cluster.DeleteAsync(ResourceTypes.Deployments, "web", "Foreground");
        var ending = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 2 && pods.All(pod => pod.IsBeingDeleted()));
        Assert.True(Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets)).IsBeingDeleted());
        await cluster.Kubelet.RemoveAsync(ending[0]);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 1);
        Assert.True((await cluster.FindAsync(ResourceTypes.Deployments, "web"))!.IsBeingDeleted());

        await cluster.Kubelet.RemoveAsync(ending[1]);
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", deployment => deployment is null);
        Assert.Empty(await cluster.ListAsync(ResourceTypes.ReplicaSets));
    }

    [Fact]
    public async Task Orphaning_delete_leaves_the_dependents_without_an_owner()
    {
        await using var cluster = await WithDeploymentAsync();

        await cluster.DeleteAsync(ResourceTypes.Deployments, "web", "Orphan");
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", deployment => deployment is null);
        var set = Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));
        Assert.Empty(set.Metadata().Objects("ownerReferences"));
        Assert.Equal(2, (await cluster.ListAsync(ResourceTypes.Pods)).Count);

        await cluster.DeleteAsync(ResourceTypes.ReplicaSets, set.Name(), "Orphan");
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets.Count == 0);
        Assert.All(await cluster.ListAsync(ResourceTypes.Pods), pod => Assert.False(pod.IsBeingDeleted() || pod.Metadata().Objects("ownerReferences").Any()));
    }

    [Fact]
    public async Task Object_whose_owner_does_not_exist_or_is_a_namesake_is_removed()
    {
        await using var cluster = await TestCluster.StartAsync();
        var owner = await cluster.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"owner"} }""");
        await cluster.CreateAsync(ResourceTypes.ConfigMaps, Owned("alive", "owner", owner.Uid()));
        await cluster.CreateAsync(ResourceTypes.ConfigMaps, Owned("namesake", "owner", Guid.NewGuid().ToString()));
        await cluster.CreateAsync(ResourceTypes.ConfigMaps, Owned("absent", "nobody", Guid.NewGuid().ToString()));
        await cluster.CreateAsync(ResourceTypes.ConfigMaps, Owned("unknown", "owner", Guid.NewGuid().ToString(), "example.com/v1", "Widget"));

        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "namesake", obj => obj is null);
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "absent", obj => obj is null);
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.ConfigMaps, "unknown"));
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.ConfigMaps, "alive"));

        await cluster.DeleteAsync(ResourceTypes.ConfigMaps, "owner");
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "alive", obj => obj is null);
    }

    [Fact]
    public async Task Object_with_a_living_owner_only_loses_the_dead_one()
    {
        await using var cluster = await TestCluster.StartAsync();
        var (a, b) = (await cluster.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"a"} }"""), await cluster.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"b"} }"""));
        var child = Owned("child", "a", a.Uid());
        child["metadata"]!["ownerReferences"]!.AsArray().Add(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["name"] = "b", ["uid"] = b.Uid() });
        await cluster.CreateAsync(ResourceTypes.ConfigMaps, child);

        await cluster.DeleteAsync(ResourceTypes.ConfigMaps, "a");
        var left = await cluster.UntilAsync(ResourceTypes.ConfigMaps, "child", obj => obj!.Metadata().Objects("ownerReferences").Count() == 1);
        Assert.Equal("b", left!.Metadata().Objects("ownerReferences").Single().String("name"));
        await cluster.DeleteAsync(ResourceTypes.ConfigMaps, "b");
        await cluster.UntilAsync(ResourceTypes.ConfigMaps, "child", obj => obj is null);
    }

    [Fact]
    public async Task Owner_deleted_while_no_controller_runs_is_noticed_at_the_next_start()
    {
        await using var cluster = await WithDeploymentAsync();
        await cluster.StopControllersAsync();
        await cluster.DeleteAsync(ResourceTypes.Deployments, "web");
        Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));

        cluster.StartControllers();
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets.Count == 0);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    private static async Task<TestCluster> WithDeploymentAsync()
    {
        var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 2));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 2);
        return cluster;
    }

    private static JsonObject Owned(string name, string owner, string uid, string apiVersion = "v1", string kind = "ConfigMap") => TestCluster.Json($$"""
        {"metadata":{"name":"{{name}}","ownerReferences":[{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","name":"{{owner}}","uid":"{{uid}}"}]} }
        """);
}

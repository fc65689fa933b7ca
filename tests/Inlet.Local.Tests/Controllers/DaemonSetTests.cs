using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class DaemonSetTests
{
    [Fact]
    public async Task Node_has_one_pod_which_is_replaced_when_it_fails_or_goes()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.DaemonSets, DaemonSet("agent"));
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
        var pod = Assert.Single(await cluster.ListAsync(ResourceTypes.Pods));
        Assert.Equal(TestCluster.Node, pod.Object("spec").String("nodeName"));

        await cluster.Kubelet!.FinishAsync(pod, "Failed");
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var next] && next.Uid() != pod.Uid());
        Assert.Equal([$"Found failed daemon pod default/{pod.Name()} on node inlet, will try to kill it"], await cluster.EventsAsync("agent", "FailedDaemonPod"));
        pod = Assert.Single(await cluster.ListAsync(ResourceTypes.Pods));
        await cluster.DeleteAsync(ResourceTypes.Pods, pod.Name());
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var next] && next.Uid() != pod.Uid());
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
    }

    [Fact]
    public async Task Update_replaces_the_pod_and_with_surge_only_when_the_new_one_is_available()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.DaemonSets, DaemonSet("agent"));
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
        await using (var counts = await PodCounts.StartAsync(cluster.Api, "app=agent"))
        {
            await cluster.PatchAsync(ResourceTypes.DaemonSets, "agent", Given.Version("2"));
            await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var next] && Image(next) == "web:2");
            await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
            Assert.Equal((1, 1), (counts.MostActive, counts.MostVersions));
        }

        await cluster.PatchAsync(ResourceTypes.DaemonSets, "agent", """{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0} } } }""");
        await using var surging = await PodCounts.StartAsync(cluster.Api, "app=agent");
        await cluster.PatchAsync(ResourceTypes.DaemonSets, "agent", Given.Version("3"));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var next] && Image(next) == "web:3");
        Assert.Equal((2, 1), (surging.MostActive, surging.FewestReady));
    }

    [Fact]
    public async Task Node_that_does_not_match_or_is_tainted_has_none_and_a_cordon_does_not_matter()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"unschedulable":true} }""");
        var picky = DaemonSet("picky");
        picky["spec"]!["template"]!["spec"]!["nodeSelector"] = TestCluster.Json("""{"disk":"ssd"}""");
        await cluster.CreateAsync(ResourceTypes.DaemonSets, picky);
        await cluster.CreateAsync(ResourceTypes.DaemonSets, DaemonSet("agent"));
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "picky", set => set.Object("status").Integer("observedGeneration") == 1);
        Assert.Empty(await cluster.ListAsync(ResourceTypes.Pods, "app=picky"));

        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"metadata":{"labels":{"disk":"ssd"} },"spec":{"taints":[{"key":"full","effect":"NoSchedule"}]} }""");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("marker"));
        await cluster.EventsAsync("marker", "FailedScheduling");
        Assert.Single(await cluster.ListAsync(ResourceTypes.Pods, "app=agent"));
        Assert.Empty(await cluster.ListAsync(ResourceTypes.Pods, "app=picky"));

        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"taints":null} }""");
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "picky", Complete);
        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"metadata":{"labels":{"disk":null} } }""");
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0, "app=picky");
    }

    [Fact]
    public async Task On_delete_strategy_updates_only_pods_that_somebody_deletes()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.DaemonSets, DaemonSet("agent", """{"updateStrategy":{"type":"OnDelete"} }"""));
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", Complete);
        await cluster.PatchAsync(ResourceTypes.DaemonSets, "agent", Given.Version("2"));
        await cluster.UntilAsync(ResourceTypes.DaemonSets, "agent", set => set.Object("status").Integer("observedGeneration") == 2);
        var pod = Assert.Single(await cluster.ListAsync(ResourceTypes.Pods));
        Assert.Equal("web:1", Image(pod));

        await cluster.DeleteAsync(ResourceTypes.Pods, pod.Name());
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var next] && Image(next) == "web:2");
    }

    private static JsonObject DaemonSet(string name, string more = "{}")
    {
        var set = Given.Deployment(name, 1, more: more);
        set.Object("spec")!.Remove("replicas");
        return set;
    }

    private static bool Complete(JsonObject? set)
    {
        var status = set.Object("status");
        return status.Integer("observedGeneration") == set!.Metadata().Integer("generation") && status.Integer("desiredNumberScheduled") == 1
            && status.Integer("currentNumberScheduled") == 1 && status.Integer("numberAvailable") == 1 && status.Integer("updatedNumberScheduled") == 1;
    }
}

using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class RestartTests
{
    [Fact]
    public async Task Rollout_cut_off_at_any_moment_is_finished_by_the_next_run_within_its_limits()
    {
        await using var cluster = await TestCluster.StartAsync();
        var strategy = """{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1} } }""";
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 6, more: strategy));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 6);
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=web");

        for (var version = 2; version <= 5; version++)
        {
            await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version($"{version}"));
            // Stopped after so many of the new pods have appeared: in the middle of things, each time elsewhere.
            var image = $"web:{version}";
            await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(p => Image(p) == image) >= version - 1);
            await cluster.StopControllersAsync();
            cluster.StartControllers();
        }

        await cluster.UntilAsync(ResourceTypes.Deployments, "web",
            d => d.Object("status").Integer("updatedReplicas") == 6 && d.Object("status").Integer("availableReplicas") == 6 && d.Object("status").Integer("replicas") == 6);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 6 && pods.All(p => Image(p) == "web:5"));
        Assert.InRange(counts.MostActive, 6, 7);
        Assert.InRange(counts.FewestReady, 5, 6);
    }

    [Fact]
    public async Task What_changed_while_no_controller_ran_is_made_up_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 3));
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 3);
        await cluster.StopControllersAsync();

        var pods = await cluster.ListAsync(ResourceTypes.Pods);
        await cluster.DeleteAsync(ResourceTypes.Pods, pods[0].Name());
        await cluster.PatchAsync(ResourceTypes.Pods, pods[1].Name(), """{"metadata":{"labels":{"app":"debug"} } }""");
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"replicas":5} }""");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("alone"));

        cluster.StartControllers();
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 5);
        await cluster.UntilAsync(ResourceTypes.Pods, "alone", pod => pod.Object("spec").String("nodeName") == TestCluster.Node);
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var slice]
            && slice.Objects("endpoints").Count(e => e.Object("conditions").Boolean("ready") == true) == 5
            && slice.Objects("endpoints").All(e => e.Object("targetRef").String("name") != pods[1].Name()));
    }
}

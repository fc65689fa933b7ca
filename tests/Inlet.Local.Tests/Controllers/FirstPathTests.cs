using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

/// <summary>Deployment → ReplicaSet → Pod → node → EndpointSlice: what one <c>kubectl apply</c> sets going.</summary>
public sealed class FirstPathTests
{
    [Fact]
    public async Task Deployment_and_service_become_ready_endpoints()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 3));

        var slices = await cluster.UntilListAsync(
            ResourceTypes.EndpointSlices, slices => slices is [var slice] && slice.Objects("endpoints").Count(e => e.Object("conditions").Boolean("ready") == true) == 3,
            "kubernetes.io/service-name=web");
        var port = Assert.Single(slices[0].Objects("ports"));
        Assert.Equal(8080, port.Integer("port"));

        var deployment = await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d.Object("status").Integer("availableReplicas") == 3);
        Assert.Equal("1", deployment!.Annotations().String("deployment.kubernetes.io/revision"));
        var replicaSet = Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));
        Assert.Equal([$"Scaled up replica set {replicaSet.Name()} from 0 to 3"], await cluster.EventsAsync("web", "ScalingReplicaSet"));
        Assert.Equal(3, (await cluster.EventsAsync(replicaSet.Name(), "SuccessfulCreate", 3)).Count);
        foreach (var pod in await cluster.ListAsync(ResourceTypes.Pods, "app=web"))
        {
            Assert.Equal([$"Successfully assigned default/{pod.Name()} to inlet"], await cluster.EventsAsync(pod.Name(), "Scheduled"));
        }
    }
}

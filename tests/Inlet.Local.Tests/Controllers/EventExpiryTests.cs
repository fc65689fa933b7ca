using Inlet.Kubernetes;
using Inlet.Local.Controllers;

namespace Inlet.Local.Tests.Controllers;

public sealed class EventExpiryTests
{
    [Fact]
    public async Task Event_goes_an_hour_after_it_last_happened()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a"));
        await cluster.EventsAsync("a", "Scheduled");

        time.Advance(TimeSpan.FromMinutes(50));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("b"));
        await cluster.EventsAsync("b", "Scheduled");
        time.Advance(TimeSpan.FromMinutes(15));
        await cluster.UntilListAsync(ResourceTypes.Events, events => events.All(e => e.Object("involvedObject").String("name") == "b"));
        Assert.Single(await cluster.EventsAsync("b", "Scheduled"));

        time.Advance(TimeSpan.FromMinutes(50));
        await cluster.UntilListAsync(ResourceTypes.Events, events => events.Count == 0);
    }

    [Fact]
    public async Task Oldest_events_go_when_there_are_too_many()
    {
        await using var cluster = await TestCluster.StartAsync(new ControllerOptions { NodeName = TestCluster.Node, MaximumEvents = 20 });
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 40));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", set => set.Object("status").Integer("readyReplicas") == 40);

        await cluster.UntilListAsync(ResourceTypes.Events, events => events.Count is > 0 and <= 20);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("last"));
        await cluster.EventsAsync("last", "Scheduled");
    }

    [Fact]
    public async Task Event_that_happens_again_counts_up()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("p", spec: """{"nodeSelector":{"disk":"ssd"} }"""));
        await cluster.EventsAsync("p", "FailedScheduling");
        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"unschedulable":true} }""");
        await cluster.EventsAsync("p", "FailedScheduling", 2);

        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"unschedulable":false} }""");
        var events = await cluster.UntilListAsync(ResourceTypes.Events, events => events.Any(e => e.Integer("count") == 2));
        Assert.Equal(2, events.Count(e => e.String("reason") == "FailedScheduling"));
    }
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class ReplicaSetTests
{
    [Fact]
    public async Task ReplicaSet_scaled_up_and_down_has_exactly_the_pods_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=web");
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 20));

        var status = (await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(20)))!.Object("status");
        Assert.Equal(20, status.Integer("fullyLabeledReplicas"));
        Assert.Equal(20, status.Integer("availableReplicas"));
        Assert.Equal(1, status.Integer("observedGeneration"));

        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":3}}""");
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(3));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3);
        Assert.Equal(17, (await cluster.EventsAsync("web", "SuccessfulDelete", 17)).Count);
        Assert.Equal(20, counts.MostActive);

        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":0}}""");
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", set => Status(set, "replicas") == 0 && Status(set, "observedGeneration") == 3);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Slow_watch_never_makes_it_create_or_delete_twice()
    {
        await using var cluster = await TestCluster.StartAsync(watchLag: TimeSpan.FromMilliseconds(15));
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=web");
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 6));
        for (var i = 0; i < 10; i++)
        {
            // Each brings a turn, before the pods of the one before are seen.
            await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", $$"""{"metadata":{"annotations":{"turn":"{{i}}"} } }""");
        }

        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(6));
        Assert.Equal(6, counts.MostActive);

        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":4}}""");
        await using var shrinking = await PodCounts.StartAsync(cluster.Api, "app=web");
        for (var i = 0; i < 10; i++)
        {
            await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", $$"""{"metadata":{"annotations":{"turn":"{{i}}"} } }""");
        }

        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", set => Ready(4)(set) && Status(set, "replicas") == 4);
        Assert.Equal(4, shrinking.FewestActive);
    }

    [Fact]
    public async Task Pods_deleted_or_failed_are_replaced()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 2));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));
        var before = await cluster.ListAsync(ResourceTypes.Pods);

        await cluster.DeleteAsync(ResourceTypes.Pods, before[0].Name());
        await cluster.Kubelet!.FinishAsync(before[1], "Failed");

        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(p => !before.Any(b => b.Uid() == p.Uid())) == 2);
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));
    }

    [Fact]
    public async Task Scaling_down_takes_pods_that_are_not_ready_first_then_the_cheapest()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Kubelet!.BecomesReady = _ => false;
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 4));
        var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(p => p.Object("status").String("podIP") is not null) == 4);
        foreach (var pod in pods.Take(3))
        {
            await cluster.Kubelet.SetReadyAsync(pod);
        }

        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(3));
        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":3}}""");
        var left = await cluster.UntilListAsync(ResourceTypes.Pods, left => left.Count == 3);
        Assert.DoesNotContain(pods[3].Name(), left.Select(p => p.Name()));

        await cluster.PatchAsync(ResourceTypes.Pods, pods[1].Name(), """{"metadata":{"annotations":{"controller.kubernetes.io/pod-deletion-cost":"-5"}}}""");
        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":2}}""");
        left = await cluster.UntilListAsync(ResourceTypes.Pods, left => left.Count == 2);
        Assert.DoesNotContain(pods[1].Name(), left.Select(p => p.Name()));
    }

    [Fact]
    public async Task Orphan_that_matches_an_expression_is_adopted_instead_of_a_new_pod()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("mine", """{"tier":"a"}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("other", """{"tier":"c"}"""));
        var selector = """{"matchExpressions":[{"key":"tier","operator":"In","values":["a","b"]}]}""";
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 2, selector, """{"tier":"b"}"""));

        var set = await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));
        var mine = await cluster.UntilAsync(ResourceTypes.Pods, "mine", pod => Controller(pod) is not null);
        Assert.Equal(set!.Uid(), Controller(mine).String("uid"));
        Assert.Null(Controller(await cluster.FindAsync(ResourceTypes.Pods, "other")));
        Assert.Equal(3, (await cluster.ListAsync(ResourceTypes.Pods)).Count);
    }

    [Fact]
    public async Task Pod_whose_label_changes_is_released_and_replaced_and_taken_back_when_it_changes_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 2));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));
        var taken = (await cluster.ListAsync(ResourceTypes.Pods))[0];

        await cluster.PatchAsync(ResourceTypes.Pods, taken.Name(), """{"metadata":{"labels":{"app":"debug"}}}""");
        await cluster.UntilAsync(ResourceTypes.Pods, taken.Name(), pod => Controller(pod) is null);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 2, "app=web");
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));

        await cluster.PatchAsync(ResourceTypes.ReplicaSets, "web", """{"spec":{"replicas":3}}""");
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3, "app=web");
        await cluster.PatchAsync(ResourceTypes.Pods, taken.Name(), """{"metadata":{"labels":{"app":"web"}}}""");
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3 && pods.All(p => Controller(p) is not null), "app=web");
    }

    [Fact]
    public async Task Pods_that_become_available_by_waiting_are_counted_when_their_time_comes()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        var set = Given.ReplicaSet("web", 2);
        set["spec"]!["minReadySeconds"] = 30;
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, set);

        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));
        Assert.Equal(0, Status(await cluster.FindAsync(ResourceTypes.ReplicaSets, "web"), "availableReplicas"));

        time.Advance(TimeSpan.FromSeconds(31));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", set => Status(set, "availableReplicas") == 2);
    }

    [Fact]
    public async Task Pods_that_cannot_be_made_are_reported_once_and_the_others_go_on()
    {
        await using var cluster = await TestCluster.StartAsync();
        // The generated names of its pods are longer than names may be.
        var name = new string('a', 250);
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet(name, 8, """{"matchLabels":{"app":"long"} }""", """{"app":"long"}"""));
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 1));

        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(1));
        var set = await cluster.UntilAsync(ResourceTypes.ReplicaSets, name, set => Condition(set, "ReplicaFailure") is not null);
        Assert.Equal("FailedCreate", Condition(set, "ReplicaFailure").String("reason"));
        Assert.StartsWith("Error creating: ", (await cluster.EventsAsync(name, "FailedCreate"))[0], StringComparison.Ordinal);

        await cluster.PatchAsync(ResourceTypes.ReplicaSets, name, """{"spec":{"replicas":0}}""");
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, name, set => Condition(set, "ReplicaFailure") is null);
    }

    [Fact]
    public async Task Status_at_rest_is_not_written_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("web", 2));
        var settled = await cluster.UntilAsync(ResourceTypes.ReplicaSets, "web", Ready(2));

        // Something unrelated to it goes the whole way; it would have been written by then.
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("other", 2));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "other", Ready(2));
        var pod = (await cluster.ListAsync(ResourceTypes.Pods, "app=web"))[0];
        await cluster.PatchAsync(ResourceTypes.Pods, pod.Name(), """{"metadata":{"annotations":{"a":"b"}}}""");
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet("third", 2));
        await cluster.UntilAsync(ResourceTypes.ReplicaSets, "third", Ready(2));
        Assert.Equal(settled!.ResourceVersion(), (await cluster.FindAsync(ResourceTypes.ReplicaSets, "web"))!.ResourceVersion());
    }

    private static Func<JsonObject?, bool> Ready(int count) => set =>
        Status(set, "readyReplicas") == count && Status(set, "replicas") >= count;
}

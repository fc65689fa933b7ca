using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class DeploymentTests
{
    private const string Revision = "deployment.kubernetes.io/revision";

    [Fact]
    public async Task Rollout_complete_shows_every_counter_and_condition()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 3));

        var status = (await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(3)))!.Object("status");
        Assert.Equal([3, 3, 3, 3], ((string[])["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]).Select(c => status.Integer(c) ?? 0));
        Assert.Null(status!["unavailableReplicas"]);
        Assert.Equal(1, status.Integer("observedGeneration"));
        var set = Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));
        Assert.Equal(
            ["True MinimumReplicasAvailable Deployment has minimum availability.", $"True NewReplicaSetAvailable ReplicaSet \"{set.Name()}\" has successfully progressed."],
            Conditions(status, "Available", "Progressing"));
        var hash = set.Labels().String("pod-template-hash");
        Assert.Equal($"web-{hash}", set.Name());
        Assert.Equal(hash, set.Object("spec").Object("selector").Object("matchLabels").String("pod-template-hash"));
        Assert.All(await cluster.ListAsync(ResourceTypes.Pods), pod => Assert.Equal(hash, pod.Labels().String("pod-template-hash")));
        Assert.Equal(("3", "4"), (set.Annotations().String("deployment.kubernetes.io/desired-replicas"), set.Annotations().String("deployment.kubernetes.io/max-replicas")));
    }

    [Theory]
    [InlineData(10, "25%", "25%", 13, 8)]
    [InlineData(4, "1", "0", 5, 4)]
    [InlineData(4, "0", "1", 4, 3)]
    [InlineData(3, "100%", "0%", 6, 3)]
    [InlineData(1, "25%", "25%", 2, 1)]
    [InlineData(3, "0", "10%", 3, 2)]
    public async Task Rolling_update_never_has_too_many_or_too_few_pods(int replicas, string surge, string unavailable, int most, int fewest)
    {
        await using var cluster = await TestCluster.StartAsync();
        var (maxSurge, maxUnavailable) = (Value(surge), Value(unavailable));
        var more = $$"""{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":{{maxSurge}},"maxUnavailable":{{maxUnavailable}} } } }""";
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", replicas, more: more));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(replicas));
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=web");

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("2"));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(replicas));

        Assert.All(
            await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == replicas, "app=web"),
            pod => Assert.Equal("web:2", Image(pod)));
        Assert.InRange(counts.MostActive, replicas, most);
        Assert.InRange(counts.FewestReady, fewest, replicas);
    }

    [Fact]
    public async Task Version_that_never_becomes_ready_leaves_the_old_one_serving_and_runs_out_of_time()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 4, more: """{"progressDeadlineSeconds":60}"""));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(4));
        cluster.Kubelet!.BecomesReady = _ => false;
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=web");

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("broken"));
        // 25% of 4: one more, one less.
        var stuck = await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Status(d, "updatedReplicas") == 2 && Status(d, "replicas") == 5);
        Assert.Equal(3, Status(stuck, "availableReplicas"));
        Assert.Equal(2, Status(stuck, "unavailableReplicas"));
        Assert.Contains("True ReplicaSetUpdated", Conditions(stuck.Object("status"), "Progressing")[0]);

        time.Advance(TimeSpan.FromSeconds(70));
        var late = await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Reason(d, "Progressing") == "ProgressDeadlineExceeded");
        Assert.Matches("^False ProgressDeadlineExceeded ReplicaSet \"web-[^\"]+\" has timed out progressing.$", Conditions(late.Object("status"), "Progressing")[0]);
        Assert.Equal(3, counts.FewestReady);

        // Undo, as kubectl does: the old template again.
        cluster.Kubelet.BecomesReady = _ => true;
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("1"));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(4));
        Assert.Equal(3, counts.FewestReady);
    }

    [Fact]
    public async Task Undo_brings_the_old_replica_set_back_under_a_new_revision()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 2));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(2));
        var first = Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("2"));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Complete(2)(d) && d!.Annotations().String(Revision) == "2");

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("1"));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Complete(2)(d) && d!.Annotations().String(Revision) == "3");

        var again = await cluster.FindAsync(ResourceTypes.ReplicaSets, first.Name());
        Assert.Equal(first.Uid(), again!.Uid());
        Assert.Equal("3", again!.Annotations().String(Revision));
        Assert.Equal("1", again!.Annotations().String("deployment.kubernetes.io/revision-history"));
        Assert.Equal(2, again.Object("spec").Integer("replicas"));
        Assert.Equal(2, (await cluster.ListAsync(ResourceTypes.ReplicaSets)).Count);
    }

    [Fact]
    public async Task History_keeps_only_as_many_old_revisions_as_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 1, more: """{"revisionHistoryLimit":2}"""));
        for (var version = 2; version <= 6; version++)
        {
            await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(1));
            await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version($"{version}"));
        }

        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(1));
        var sets = await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets.Count == 3);
        Assert.Equal(["4", "5", "6"], sets.Select(set => set.Annotations().String(Revision)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Recreate_never_runs_two_versions_at_once()
    {
        await using var cluster = await TestCluster.StartAsync();
        var ending = new TaskCompletionSource();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("db", 3, more: """{"strategy":{"type":"Recreate"}}"""));
        await cluster.UntilAsync(ResourceTypes.Deployments, "db", Complete(3));
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=db");
        cluster.Kubelet!.Ends = _ => false;

        await cluster.PatchAsync(ResourceTypes.Deployments, "db", Given.Version("2"));
        var ended = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3 && pods.All(p => p.IsBeingDeleted()));
        await cluster.Kubelet.RemoveAsync(ended[0]);
        await cluster.Kubelet.RemoveAsync(ended[1]);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 1);
        await cluster.UntilAsync(ResourceTypes.Deployments, "db", d => Status(d, "replicas") == 0);
        await cluster.Kubelet.RemoveAsync(ended[2]);

        await cluster.UntilAsync(ResourceTypes.Deployments, "db", Complete(3));
        Assert.Equal(1, counts.MostVersions);
        Assert.Equal(3, counts.MostActive);
    }

    [Fact]
    public async Task Paused_deployment_scales_but_rolls_out_only_when_resumed()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 2));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(2));
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"paused":true}}""");
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Reason(d, "Progressing") == "DeploymentPaused");

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("2"));
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"replicas":4}}""");
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Status(d, "availableReplicas") == 4 && Status(d, "updatedReplicas") == 0);
        Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"paused":false}}""");
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(4));
        Assert.Equal(2, (await cluster.ListAsync(ResourceTypes.ReplicaSets)).Count);
    }

    [Fact]
    public async Task Scaling_in_the_middle_of_a_rollout_shares_the_new_pods_among_the_versions()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 10, more: """{"strategy":{"rollingUpdate":{"maxSurge":3,"maxUnavailable":2} } }"""));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(10));
        cluster.Kubelet!.BecomesReady = pod => Image(pod) == "web:1";
        await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version("2"));
        // The example of Kubernetes' documentation: 8 old, 5 new.
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => Sizes(sets) is [5, 8]);

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"replicas":15}}""");
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => Sizes(sets) is [7, 11]);
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => Status(d, "replicas") == 18 && Status(d, "availableReplicas") == 11);
    }

    [Fact]
    public async Task Name_taken_by_a_foreign_replica_set_is_stepped_over()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 1));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(1));
        var name = Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets)).Name();
        await cluster.DeleteAsync(ResourceTypes.Deployments, "web");
        await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets.Count == 0);

        await cluster.CreateAsync(ResourceTypes.ReplicaSets, Given.ReplicaSet(name, 0, """{"matchLabels":{"app":"foreign"} }""", """{"app":"foreign"}"""));
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 1));
        var deployment = await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(1));
        Assert.Equal(1, Status(deployment, "collisionCount"));
        Assert.Equal(2, (await cluster.ListAsync(ResourceTypes.ReplicaSets)).Count);
    }

    [Fact]
    public async Task Replica_set_left_by_an_orphaning_delete_is_adopted_with_its_pods()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 2));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(2));
        var pods = (await cluster.ListAsync(ResourceTypes.Pods)).Select(pod => pod.Uid()).ToHashSet();
        await cluster.DeleteAsync(ResourceTypes.Deployments, "web", "Orphan");
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => d is null);
        Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));

        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 2));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(2));
        Assert.Single(await cluster.ListAsync(ResourceTypes.ReplicaSets));
        Assert.True(pods.SetEquals((await cluster.ListAsync(ResourceTypes.Pods)).Select(pod => pod.Uid())));
    }

    [Fact]
    public async Task Annotations_and_min_ready_seconds_reach_the_replica_set_without_a_rollout()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 1));
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", Complete(1));

        await cluster.PatchAsync(
            ResourceTypes.Deployments, "web", """{"metadata":{"annotations":{"kubernetes.io/change-cause":"why not"}},"spec":{"minReadySeconds":1}}""");

        var sets = await cluster.UntilListAsync(ResourceTypes.ReplicaSets, sets => sets[0].Object("spec").Integer("minReadySeconds") == 1);
        Assert.Equal("why not", Assert.Single(sets).Annotations().String("kubernetes.io/change-cause"));
    }

    private static string Value(string text) => text.EndsWith('%') ? $"\"{text}\"" : text;

    private static List<long> Sizes(IReadOnlyList<JsonObject> sets) => [.. sets.Select(set => set.Object("spec").Integer("replicas") ?? 0).Order()];

    private static Func<JsonObject?, bool> Complete(int replicas) => d =>
        d is not null && Status(d, "observedGeneration") == d.Metadata().Integer("generation") && Status(d, "replicas") == replicas
        && Status(d, "updatedReplicas") == replicas && Status(d, "availableReplicas") == replicas && Reason(d, "Progressing") == "NewReplicaSetAvailable";

    private static List<string> Conditions(JsonObject? status, params string[] types) => [.. types.Select(type =>
    {
        var condition = status.Objects("conditions").Single(c => c.String("type") == type);
        return $"{condition.String("status")} {condition.String("reason")} {condition.String("message")}";
    })];
}

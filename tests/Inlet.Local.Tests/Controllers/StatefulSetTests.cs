using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class StatefulSetTests
{
    [Fact]
    public async Task Pods_come_one_after_the_other_each_when_the_one_before_is_ready_and_go_in_reverse()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Kubelet!.BecomesReady = _ => false;
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 3, """{"serviceName":"db"}"""));

        for (var ordinal = 0; ordinal < 3; ordinal++)
        {
            var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == ordinal + 1 && pods.All(p => p.Object("status").String("podIP") is not null));
            var pod = pods.Single(p => p.Name() == $"db-{ordinal}");
            Assert.Equal((pod.Name(), "db"), (pod.Object("spec").String("hostname"), pod.Object("spec").String("subdomain")));
            Assert.Equal($"{ordinal}", pod.Labels().String("apps.kubernetes.io/pod-index"));
            await cluster.Kubelet.SetReadyAsync(pod);
        }

        var set = await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(3));
        Assert.Equal(set.Object("status").String("updateRevision"), set.Object("status").String("currentRevision"));
        Assert.Equal(set.Object("status").String("updateRevision"), Assert.Single(await cluster.ListAsync(ResourceTypes.ControllerRevisions)).Name());

        cluster.Kubelet.Ends = _ => false;
        await cluster.PatchAsync(ResourceTypes.StatefulSets, "db", """{"spec":{"replicas":1} }""");
        foreach (var name in (string[])["db-2", "db-1"])
        {
            var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(p => p.IsBeingDeleted()) == 1);
            Assert.Equal(name, pods.Single(p => p.IsBeingDeleted()).Name());
            await cluster.Kubelet.RemoveAsync(pods.Single(p => p.IsBeingDeleted()));
        }

        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var only] && only.Name() == "db-0");
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(1));
    }

    [Fact]
    public async Task Update_goes_from_the_highest_down_one_at_a_time_and_stops_at_a_pod_that_is_not_well()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 3));
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(3));
        await using var counts = await PodCounts.StartAsync(cluster.Api, "app=db");
        cluster.Kubelet!.BecomesReady = _ => false;

        await cluster.PatchAsync(ResourceTypes.StatefulSets, "db", Given.Version("2"));
        var first = await cluster.UntilListAsync(ResourceTypes.Pods, pods => Images(pods) == "db-0 web:1,db-1 web:1,db-2 web:2");
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", set => set.Object("status").Integer("updatedReplicas") == 1 && set.Object("status").Integer("readyReplicas") == 2);
        Assert.Equal(2, counts.FewestReady);

        cluster.Kubelet.BecomesReady = _ => true;
        await cluster.Kubelet.SetReadyAsync(first.Single(p => p.Name() == "db-2"));
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(3));
        Assert.Equal("db-0 web:2,db-1 web:2,db-2 web:2", Images(await cluster.ListAsync(ResourceTypes.Pods)));
        Assert.Equal(2, counts.FewestReady);
        Assert.Equal(2, (await cluster.ListAsync(ResourceTypes.ControllerRevisions)).Count);
    }

    [Fact]
    public async Task Partition_keeps_lower_pods_at_their_revision_also_when_they_are_made_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 3, """{"updateStrategy":{"rollingUpdate":{"partition":2} } }"""));
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Ready(3));
        await cluster.PatchAsync(ResourceTypes.StatefulSets, "db", Given.Version("2"));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Images(pods) == "db-0 web:1,db-1 web:1,db-2 web:2");
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Ready(3));

        var old = await cluster.FindAsync(ResourceTypes.Pods, "db-0");
        await cluster.DeleteAsync(ResourceTypes.Pods, "db-0");
        await cluster.UntilAsync(ResourceTypes.Pods, "db-0", pod => pod is not null && pod.Uid() != old!.Uid());
        Assert.Equal("db-0 web:1,db-1 web:1,db-2 web:2", Images(await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3)));

        await cluster.PatchAsync(ResourceTypes.StatefulSets, "db", """{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0} } } }""");
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(3));
        Assert.Equal("db-0 web:2,db-1 web:2,db-2 web:2", Images(await cluster.ListAsync(ResourceTypes.Pods)));
    }

    [Fact]
    public async Task Parallel_set_makes_all_pods_at_once()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Kubelet!.BecomesReady = _ => false;
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 3, """{"podManagementPolicy":"Parallel","ordinals":{"start":5} }"""));

        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Images(pods) == "db-5 web:1,db-6 web:1,db-7 web:1");
    }

    [Fact]
    public async Task Pod_that_has_ended_is_replaced_under_its_name()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 2));
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(2));
        var old = await cluster.FindAsync(ResourceTypes.Pods, "db-0");

        await cluster.Kubelet!.FinishAsync(old!, "Failed");
        await cluster.UntilAsync(ResourceTypes.Pods, "db-0", pod => pod is not null && pod.Uid() != old!.Uid());
        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(2));
        Assert.Contains("Created pod: db-0", await cluster.EventsAsync("db", "SuccessfulCreate"));
    }

    [Fact]
    public async Task Undo_brings_the_old_revision_back_under_a_new_number_and_history_is_cut()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.StatefulSets, StatefulSet("db", 1, """{"revisionHistoryLimit":1}"""));
        foreach (var version in (string[])["2", "3", "4", "3"])
        {
            await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(1));
            await cluster.PatchAsync(ResourceTypes.StatefulSets, "db", Given.Version(version));
        }

        await cluster.UntilAsync(ResourceTypes.StatefulSets, "db", Complete(1));
        var revisions = await cluster.UntilListAsync(ResourceTypes.ControllerRevisions, revisions => revisions.Count == 2);
        Assert.Equal([4, 5], revisions.Select(r => r.Integer("revision") ?? 0).Order());
        var newest = revisions.Single(r => r.Integer("revision") == 5).Object("data").Object("spec").Object("template");
        Assert.Equal("web:3", newest.Object("spec").Objects("containers").First().String("image"));
    }

    private static JsonObject StatefulSet(string name, int replicas, string more = "{}") => Given.Deployment(name, replicas, more: more);

    private static Func<JsonObject?, bool> Ready(int replicas) => set =>
        set.Object("status").Integer("replicas") == replicas && set.Object("status").Integer("readyReplicas") == replicas
        && set.Object("status").Integer("observedGeneration") == set!.Metadata().Integer("generation");

    private static Func<JsonObject?, bool> Complete(int replicas) => set =>
        Ready(replicas)(set) && set.Object("status").Integer("updatedReplicas") == replicas
        && set.Object("status").String("currentRevision") == set.Object("status").String("updateRevision");

    private static string Images(IReadOnlyList<JsonObject> pods) => string.Join(',', pods.OrderBy(p => p.Name(), StringComparer.Ordinal)
        .Select(p => $"{p.Name()} {Image(p)}"));
}

using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

public sealed class SchedulerTests
{
    [Theory]
    [InlineData("""{"nodeSelector":{"disk":"ssd"} }""", "1 node(s) didn't match Pod's node affinity/selector")]
    [InlineData("""{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"NotIn","values":["inlet"]}]}]} } } }""",
        "1 node(s) didn't match Pod's node affinity/selector")]
    [InlineData("""{"containers":[{"name":"a","image":"a","resources":{"requests":{"cpu":"5","memory":"1Gi"} } }]}""", "1 Insufficient cpu")]
    [InlineData("""{"containers":[{"name":"a","image":"a","resources":{"requests":{"cpu":"5","memory":"9Gi"} } }]}""", "1 Insufficient cpu, 1 Insufficient memory")]
    [InlineData("""{"containers":[{"name":"a","image":"a","resources":{"limits":{"example.com/gpu":"1"} } }]}""", "1 Insufficient example.com/gpu")]
    public async Task Pod_the_node_cannot_take_stays_pending_and_says_why(string spec, string why)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("p", spec: spec));

        var pod = await cluster.UntilAsync(ResourceTypes.Pods, "p", pod => Scheduled(pod).String("status") == "False");
        Assert.Equal("Unschedulable", Scheduled(pod).String("reason"));
        Assert.Equal($"0/1 nodes are available: {why}.", Scheduled(pod).String("message"));
        Assert.Equal([$"0/1 nodes are available: {why}."], await cluster.EventsAsync("p", "FailedScheduling"));
        Assert.Null(pod.Object("spec").String("nodeName"));
    }

    [Fact]
    public async Task Pod_waits_for_a_node_and_for_its_taints_to_go()
    {
        await using var cluster = await TestCluster.StartAsync(node: false);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("p"));
        await cluster.UntilAsync(ResourceTypes.Pods, "p", pod => Scheduled(pod).String("message") == "no nodes available to schedule pods");

        await cluster.CreateAsync(ResourceTypes.Nodes, """{"metadata":{"name":"inlet"},"spec":{"taints":[{"key":"dedicated","value":"db","effect":"NoSchedule"}]} }""");
        await cluster.UntilAsync(ResourceTypes.Pods, "p",
            pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: db}.");
        var tolerant = """{"tolerations":[{"key":"dedicated","operator":"Equal","value":"db","effect":"NoSchedule"}]}""";
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("tolerant", spec: tolerant));
        await cluster.UntilAsync(ResourceTypes.Pods, "tolerant", OnNode);

        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"taints":null} }""");
        var bound = await cluster.UntilAsync(ResourceTypes.Pods, "p", OnNode);
        Assert.Equal("True", Scheduled(bound).String("status"));
    }

    [Fact]
    public async Task Cordoned_node_takes_no_pods_until_it_is_uncordoned()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"unschedulable":true} }""");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("p"));
        await cluster.UntilAsync(ResourceTypes.Pods, "p", pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) were unschedulable.");

        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"spec":{"unschedulable":false} }""");
        await cluster.UntilAsync(ResourceTypes.Pods, "p", OnNode);
    }

    [Fact]
    public async Task Host_port_in_use_is_waited_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        var spec = """{"containers":[{"name":"a","image":"a","ports":[{"containerPort":80,"hostPort":8080}]}]}""";
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("first", spec: spec));
        await cluster.UntilAsync(ResourceTypes.Pods, "first", OnNode);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("second", spec: spec));
        await cluster.UntilAsync(ResourceTypes.Pods, "second",
            pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");

        await cluster.DeleteAsync(ResourceTypes.Pods, "first");
        await cluster.UntilAsync(ResourceTypes.Pods, "second", OnNode);
    }

    [Fact]
    public async Task Pods_bound_at_the_same_time_never_take_more_than_there_is()
    {
        await using var cluster = await TestCluster.StartAsync();
        var set = Given.ReplicaSet("web", 12);
        set["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"] = TestCluster.Json("""{"requests":{"cpu":"500m"} }""");
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, set);

        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(OnNode) == 8 && pods.Count(p => Scheduled(p).String("status") == "False") == 4);
    }

    [Fact]
    public async Task Pod_of_another_scheduler_or_with_gates_is_left_alone()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("foreign", spec: """{"schedulerName":"mine"}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("gated", spec: """{"schedulingGates":[{"name":"wait"}]}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("ours"));

        await cluster.UntilAsync(ResourceTypes.Pods, "ours", OnNode);
        Assert.False(OnNode(await cluster.FindAsync(ResourceTypes.Pods, "foreign")));
        Assert.False(OnNode(await cluster.FindAsync(ResourceTypes.Pods, "gated")));
    }

    [Fact]
    public async Task Pods_that_keep_apart_share_the_node_only_one_after_the_other_and_those_that_keep_together_wait_for_their_friend()
    {
        await using var cluster = await TestCluster.StartAsync();
        var apart = Affinity("podAntiAffinity", "db");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("db-1", """{"app":"db"}""", apart));
        await cluster.UntilAsync(ResourceTypes.Pods, "db-1", OnNode);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("db-2", """{"app":"db"}""", apart));
        await cluster.UntilAsync(ResourceTypes.Pods, "db-2", pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("plain", """{"app":"db"}"""));
        await cluster.UntilAsync(ResourceTypes.Pods, "plain", pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("lonely", """{"app":"web"}""", Affinity("podAffinity", "cache")));
        await cluster.UntilAsync(ResourceTypes.Pods, "lonely", pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("first", """{"app":"group"}""", Affinity("podAffinity", "group")));
        await cluster.UntilAsync(ResourceTypes.Pods, "first", OnNode);

        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("friend", """{"app":"cache"}"""));
        await cluster.UntilAsync(ResourceTypes.Pods, "lonely", OnNode);
        await cluster.DeleteAsync(ResourceTypes.Pods, "plain");
        await cluster.DeleteAsync(ResourceTypes.Pods, "db-1");
        await cluster.UntilAsync(ResourceTypes.Pods, "db-2", OnNode);
    }

    [Fact]
    public async Task Spreading_over_more_domains_than_there_are_is_refused_beyond_the_skew()
    {
        await using var cluster = await TestCluster.StartAsync();
        var spread = """{"topologySpreadConstraints":[{"maxSkew":1,"minDomains":2,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"web"} } }]}""";
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}""", spread));
        await cluster.UntilAsync(ResourceTypes.Pods, "a", OnNode);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("b", """{"app":"web"}""", spread));
        await cluster.UntilAsync(ResourceTypes.Pods, "b", pod => Scheduled(pod).String("message") == "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("c", """{"app":"web"}""", spread.Replace("hostname", "rack", StringComparison.Ordinal)));
        await cluster.UntilAsync(ResourceTypes.Pods, "c", pod => Scheduled(pod).String("message")?.EndsWith("constraints (missing required label).", StringComparison.Ordinal) == true);
    }

    private static string Affinity(string kind, string app) => $$"""
        {"affinity":{"{{kind}}":{"requiredDuringSchedulingIgnoredDuringExecution":
         [{"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app":"{{app}}"} } }]} } }
        """;

    private static bool OnNode(JsonObject? pod) => pod.Object("spec").String("nodeName") == TestCluster.Node;

    private static JsonObject? Scheduled(JsonObject? pod) =>
        pod.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == "PodScheduled");
}

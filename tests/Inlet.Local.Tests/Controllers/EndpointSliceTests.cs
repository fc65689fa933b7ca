using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

public sealed class EndpointSliceTests
{
    private const string OfWeb = "kubernetes.io/service-name=web";

    [Fact]
    public async Task Slice_says_whose_it_is_and_what_each_endpoint_is()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.PatchAsync(ResourceTypes.Nodes, "inlet", """{"metadata":{"labels":{"topology.kubernetes.io/zone":"z1"} } }""");
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        var service = await cluster.CreateAsync(
            ResourceTypes.Services, Given.Service("web", "web", """{"ports":[{"name":"http","port":80,"targetPort":"http","appProtocol":"http"},{"name":"dns","port":53,"protocol":"UDP","targetPort":5353}]}"""));

        var slice = Assert.Single(await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb));
        var pod = await cluster.FindAsync(ResourceTypes.Pods, "a");
        Assert.StartsWith("web-", slice.Name(), StringComparison.Ordinal);
        Assert.Equal("endpointslice-controller.k8s.io", slice.Labels().String("endpointslice.kubernetes.io/managed-by"));
        Assert.Equal("web", slice.Labels().String("app"));
        var owner = Assert.Single(slice.Metadata().Objects("ownerReferences"));
        Assert.Equal((service.Uid(), true), (owner.String("uid"), owner.Boolean("controller")));
        Assert.Equal("IPv4", slice.String("addressType"));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""[{"name":"http","protocol":"TCP","port":8080,"appProtocol":"http"},{"name":"dns","protocol":"UDP","port":5353}]"""), slice["ports"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($$"""
            {"addresses":["{{pod.Object("status").String("podIP")}}"],"conditions":{"ready":true,"serving":true,"terminating":false},
             "nodeName":"inlet","zone":"z1","targetRef":{"kind":"Pod","namespace":"default","name":"a","uid":"{{pod!.Uid()}}"} }
            """), slice.Objects("endpoints").Single()), slice.ToJsonString());
    }

    [Fact]
    public async Task Label_and_selector_edits_take_effect()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var empty] && !empty.Objects("endpoints").Any(), OfWeb);
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("b", """{"app":"api"}"""));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb);

        await cluster.PatchAsync(ResourceTypes.Pods, "b", """{"metadata":{"labels":{"app":"web"} } }""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a,b", OfWeb);
        await cluster.PatchAsync(ResourceTypes.Pods, "a", """{"metadata":{"labels":{"app":"api"} } }""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "b", OfWeb);
        await cluster.PatchAsync(ResourceTypes.Services, "web", """{"spec":{"selector":{"app":"api"} } }""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb);
        await cluster.PatchAsync(ResourceTypes.Services, "web", """{"spec":{"selector":{"app":"none"} } }""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var empty] && !empty.Objects("endpoints").Any(), OfWeb);
    }

    [Fact]
    public async Task Readiness_and_ending_show_as_conditions_until_the_pod_is_gone()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Kubelet!.BecomesReady = _ => false;
        cluster.Kubelet.Ends = _ => false;
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        var pod = await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Conditions(slices) == "ready=False serving=False terminating=False", OfWeb);
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => e.Objects("subsets").Any(s => s.Array("notReadyAddresses") is { Count: 1 } && s["addresses"] is null));

        await cluster.Kubelet.SetReadyAsync(pod);
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Conditions(slices) == "ready=True serving=True terminating=False", OfWeb);
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => e.Objects("subsets").Any(s => s.Array("addresses") is { Count: 1 } && s["notReadyAddresses"] is null));

        await cluster.DeleteAsync(ResourceTypes.Pods, "a");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Conditions(slices) == "ready=False serving=True terminating=True", OfWeb);
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => !e.Objects("subsets").Any());
        await cluster.Kubelet.SetReadyAsync(pod, ready: false);
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Conditions(slices) == "ready=False serving=False terminating=True", OfWeb);

        await cluster.Kubelet.RemoveAsync(pod);
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var empty] && !empty.Objects("endpoints").Any(), OfWeb);
    }

    [Fact]
    public async Task Pod_that_has_ended_is_no_endpoint()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        var pod = await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb);

        await cluster.Kubelet!.FinishAsync(pod);
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var empty] && !empty.Objects("endpoints").Any(), OfWeb);
    }

    [Fact]
    public async Task Not_ready_addresses_are_published_when_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Kubelet!.BecomesReady = _ => false;
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web", """{"publishNotReadyAddresses":true}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));

        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Conditions(slices) == "ready=True serving=False terminating=False", OfWeb);
    }

    [Fact]
    public async Task Port_by_name_may_be_another_number_in_each_pod()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("b", """{"app":"web"}""", """{"containers":[{"name":"w","image":"w","ports":[{"name":"http","containerPort":9090}]}]}"""));

        var slices = await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Count == 2 && Ready(slices) == "a,b", OfWeb);
        Assert.Equal(["a:8080", "b:9090"], slices.Select(s => $"{Ready([s])}:{s.Objects("ports").Single().Integer("port")}").Order(StringComparer.Ordinal));
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => e.Objects("subsets").Count() == 2);
    }

    [Fact]
    public async Task Headless_service_names_its_pods()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web", """{"clusterIP":"None","ports":null}"""));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}""", """{"hostname":"first","subdomain":"web"}"""));

        var slice = Assert.Single(await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb));
        Assert.Equal("first", slice.Objects("endpoints").Single().String("hostname"));
        Assert.Equal("", slice.Labels().String("service.kubernetes.io/headless"));
        Assert.Equal(0, slice.Array("ports")?.Count ?? 0);
    }

    [Fact]
    public async Task More_endpoints_than_a_slice_holds_are_spread_and_changes_touch_few_slices()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        var set = Given.ReplicaSet("web", 230);
        set["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"] = JsonNode.Parse("""[{"name":"http","containerPort":8080}]""");
        await cluster.CreateAsync(ResourceTypes.ReplicaSets, set);

        var slices = await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Sum(ReadyCount) == 230, OfWeb);
        Assert.Equal(3, slices.Count);
        Assert.All(slices, slice => Assert.InRange(slice.Objects("endpoints").Count(), 1, 100));

        var gone = slices[0].Objects("endpoints").First().Object("targetRef").String("name")!;
        await cluster.DeleteAsync(ResourceTypes.Pods, gone);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 230 && pods.All(p => p.Name() != gone));
        var after = await cluster.UntilListAsync(ResourceTypes.EndpointSlices, s => s.Sum(ReadyCount) == 230 && s.All(x => x.Objects("endpoints").All(e => e.Object("targetRef").String("name") != gone)), OfWeb);
        Assert.Equal(slices.Select(s => s.Name()), after.Select(s => s.Name()));
        Assert.Contains(after, slice => slices.Any(before => before.Name() == slice.Name() && before.ResourceVersion() == slice.ResourceVersion()));
    }

    [Fact]
    public async Task Loopback_addresses_of_host_networking_are_endpoints()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb);

        await cluster.PatchAsync(ResourceTypes.Pods, "a", """{"status":{"podIP":"127.0.0.1","podIPs":[{"ip":"127.0.0.1"}]} }""", subresource: "status");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices is [var s] && s.Objects("endpoints").Any(e => e.Array("addresses")![0]!.ToString() == "127.0.0.1"), OfWeb);
    }

    [Fact]
    public async Task Service_and_its_endpoints_go_together_and_hand_written_ones_stay()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.CreateAsync(ResourceTypes.Services, """{"metadata":{"name":"external"},"spec":{"ports":[{"port":80}]} }""");
        await cluster.CreateAsync(ResourceTypes.Endpoints, """{"metadata":{"name":"external"},"subsets":[{"addresses":[{"ip":"192.0.2.1"}],"ports":[{"port":80}]}]}""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Count == 1, OfWeb);
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => e is not null);

        await cluster.DeleteAsync(ResourceTypes.Services, "web");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Count == 0, OfWeb);
        await cluster.UntilAsync(ResourceTypes.Endpoints, "web", e => e is null);
        await cluster.DeleteAsync(ResourceTypes.Services, "external");
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("later", "later"));
        await cluster.UntilAsync(ResourceTypes.Endpoints, "later", e => e is not null);
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.Endpoints, "external"));
    }

    [Fact]
    public async Task Endpoints_written_by_hand_are_mirrored_into_slices_and_follow_them()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Endpoints, """
            {"metadata":{"name":"db","labels":{"team":"a"} },"subsets":[{"addresses":[{"ip":"192.0.2.1"},{"ip":"192.0.2.1"}],"notReadyAddresses":[{"ip":"192.0.2.2"}],"ports":[{"port":5432}]}]}
            """);
        await cluster.CreateAsync(ResourceTypes.Services, """{"metadata":{"name":"db"},"spec":{"ports":[{"port":5432}]} }""");

        var slice = Assert.Single(await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Count == 1, "kubernetes.io/service-name=db"));
        Assert.Equal("a", slice.Labels().String("team"));
        Assert.Equal(["192.0.2.1 True", "192.0.2.2 False"], slice.Objects("endpoints").Select(e => $"{e.Array("addresses")![0]} {e.Object("conditions").Boolean("ready")}"));
        Assert.Equal(5432, slice.Objects("ports").Single().Integer("port"));

        await cluster.PatchAsync(ResourceTypes.Endpoints, "db", """{"subsets":[{"addresses":[{"ip":"2001:db8::1"}],"ports":[{"port":5432}]}]}""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Any(s => s.String("addressType") == "IPv6" && s.Objects("endpoints").Count() == 1)
            && slices.All(s => s.String("addressType") == "IPv6" || !s.Objects("endpoints").Any()), "kubernetes.io/service-name=db");
        await cluster.DeleteAsync(ResourceTypes.Endpoints, "db");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.Count == 0, "kubernetes.io/service-name=db");
    }

    [Fact]
    public async Task Slice_that_somebody_edits_or_deletes_is_put_right()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("a", """{"app":"web"}"""));
        var slice = Assert.Single(await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb));

        await cluster.PatchAsync(ResourceTypes.EndpointSlices, slice.Name(), """{"endpoints":[]}""");
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a", OfWeb);
        await cluster.DeleteAsync(ResourceTypes.EndpointSlices, slice.Name());
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => Ready(slices) == "a" && slices[0].Name() != slice.Name(), OfWeb);
    }

    private static string Ready(IReadOnlyList<JsonObject> slices) => string.Join(',', slices
        .SelectMany(slice => slice.Objects("endpoints"))
        .Where(endpoint => endpoint.Object("conditions").Boolean("ready") == true)
        .Select(endpoint => endpoint.Object("targetRef").String("name")).Order(StringComparer.Ordinal));

    private static int ReadyCount(JsonObject slice) => slice.Objects("endpoints").Count(e => e.Object("conditions").Boolean("ready") == true);

    private static string Conditions(IReadOnlyList<JsonObject> slices) => string.Join(';', slices.SelectMany(slice => slice.Objects("endpoints"))
        .Select(e => e.Object("conditions")).Select(c => $"ready={c.Boolean("ready")} serving={c.Boolean("serving")} terminating={c.Boolean("terminating")}"));
}

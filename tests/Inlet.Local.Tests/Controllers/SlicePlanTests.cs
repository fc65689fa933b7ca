using System.Text.Json.Nodes;
using CsCheck;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.EndpointSlices;

namespace Inlet.Local.Tests.Controllers;

public sealed class SlicePlanTests
{
    private static readonly JsonObject Metadata = TestCluster.Json("""{"generateName":"web-","namespace":"default","labels":{"kubernetes.io/service-name":"web"} }""");

    /// <summary>Applied one after the other, plans always end in slices that hold exactly the endpoints wanted; a plan for what is there is empty.</summary>
    [Fact]
    public void Plans_hold_exactly_what_is_wanted_and_are_empty_when_it_is_there()
    {
        var pods = Gen.Select(Gen.Int[0, 400], Gen.Int[0, 2]).Array[0, 250].Array[1, 5];
        pods.Sample(steps =>
        {
            var slices = new List<JsonObject>();
            var made = 0;
            foreach (var step in steps)
            {
                var groups = step.DistinctBy(pod => pod.Item1).GroupBy(pod => pod.Item2)
                    .Select(group => new EndpointGroup(Ports(group.Key), [.. group.Select(pod => Endpoint(pod.Item1))])).ToList();
                Apply(SlicePlan.Make(groups, slices, Metadata, "IPv4"), slices, ref made);

                Assert.All(slices, slice => Assert.InRange(slice.Objects("endpoints").Count(), 0, SlicePlan.Capacity));
                var expected = groups.SelectMany(group => group.Endpoints.Select(e => $"{Uid(e)}:{group.Ports.ToJsonString()}")).Order(StringComparer.Ordinal);
                var actual = slices.SelectMany(slice => slice.Objects("endpoints").Select(e => $"{Uid(e)}:{slice.Array("ports")!.ToJsonString()}")).Order(StringComparer.Ordinal);
                Assert.Equal(expected, actual);
                var again = SlicePlan.Make(groups, slices, Metadata, "IPv4");
                Assert.Equal((0, 0, 0), (again.Create.Count, again.Update.Count, again.Delete.Count));
            }
        }, iter: 50);
    }

    private static void Apply(SlicePlan plan, List<JsonObject> slices, ref int made)
    {
        foreach (var update in plan.Update)
        {
            slices[slices.FindIndex(slice => slice.Name() == update.Name())] = update;
        }

        foreach (var create in plan.Create)
        {
            create["metadata"]!["name"] = $"web-{made++:000}";
            slices.Add(create);
        }

        foreach (var delete in plan.Delete)
        {
            slices.RemoveAll(slice => slice.Name() == delete.Name());
        }
    }

    private static string Uid(JsonObject endpoint) => endpoint.Object("targetRef").String("uid")!;

    private static JsonArray Ports(int group) => [new JsonObject { ["name"] = "http", ["protocol"] = "TCP", ["port"] = 8080 + group }];

    private static JsonObject Endpoint(int pod) => TestCluster.Json($$"""{"addresses":["10.0.0.1"],"targetRef":{"kind":"Pod","uid":"pod-{{pod:000}}"} }""");
}

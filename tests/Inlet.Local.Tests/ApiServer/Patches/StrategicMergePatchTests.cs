using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Patches;

namespace Inlet.Local.Tests.ApiServer.Patches;

public sealed class StrategicMergePatchTests
{
    private const string Pod = "k8s.io.api.core.v1.Pod";
    private const string Deployment = "k8s.io.api.apps.v1.Deployment";

    [Theory]
    // Lists with a merge key merge element by element; new elements go to the end.
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""")]
    // Nested merge keys: env by name inside containers by name.
    [InlineData("""{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"1"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]}}""")]
    // Atomic lists replace.
    [InlineData("""{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""",
        """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""")]
    // $patch: delete removes one element.
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}""")]
    // $patch: replace among the elements replaces the list.
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}""")]
    // $patch: replace in an object replaces the object.
    [InlineData("""{"spec":{"nodeSelector":{"a":"1"}}}""",
        """{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}""",
        """{"spec":{"nodeSelector":{"b":"2"}}}""")]
    // Null removes.
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"2"}}}""",
        """{"metadata":{"labels":{"a":null}}}""",
        """{"metadata":{"labels":{"b":"2"}}}""")]
    // $setElementOrder reorders, and elements it does not name keep their place.
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"c"},{"name":"a"}],"containers":[{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"x"},{"name":"b"},{"name":"c"},{"name":"a"}]}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"name":"x"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"x"}]}}""")]
    // Scalars merge as a set, with deletion and order.
    [InlineData("""{"metadata":{"finalizers":["a","b"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$setElementOrder/finalizers":["c","b"],"finalizers":["c"]}}""",
        """{"metadata":{"finalizers":["c","b"]}}""")]
    // A volume changes its kind: retainKeys clears the old source.
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
        """{"spec":{"volumes":[{"$retainKeys":["name","configMap"],"name":"v","configMap":{"name":"c"}}]}}""",
        """{"spec":{"volumes":[{"name":"v","configMap":{"name":"c"}}]}}""")]
    // A branch that was not there loses nulls and directives.
    [InlineData("""{"metadata":{"name":"p"}}""",
        """{"metadata":{"annotations":{"a":"1","b":null}},"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"b","image":null}]}}""",
        """{"metadata":{"name":"p","annotations":{"a":"1"}},"spec":{"containers":[{"name":"b"}]}}""")]
    public void Apply_merges_as_kubernetes_does(string target, string patch, string expected)
    {
        var before = JsonNode.Parse(target)!.AsObject();

        var result = StrategicMergePatch.Apply(before, JsonNode.Parse(patch), Pod);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(target), before), "the original was changed");
    }

    [Fact]
    public void Apply_rolling_update_to_recreate_as_kubectl_sends_it()
    {
        var result = StrategicMergePatch.Apply(
            JsonNode.Parse("""{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%"}}}}""")!.AsObject(),
            JsonNode.Parse("""{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate","rollingUpdate":null}}}"""), Deployment);

        Assert.Equal("""{"spec":{"strategy":{"type":"Recreate"}}}""", result.ToJsonString());
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""", 422, "does not contain declared merge key: name")]
    [InlineData("""{"spec":{"nodeSelector":{"$patch":"turn"}}}""", 400, "unknown patch type 'turn' in map")]
    [InlineData("""{"spec":{"containers":["x"]}}""", 400, "a list of objects is expected")]
    [InlineData("""{"metadata":{"finalizers":[{}]}}""", 400, "a list of scalars cannot take")]
    [InlineData("""{"spec":{"$retainKeys":"x"}}""", 400, "$retainKeys must be a list")]
    [InlineData("""[]""", 400, "error decoding patch")]
    public void Apply_malformed_patch_is_refused(string patch, int code, string message)
    {
        var error = Assert.Throws<KubernetesApiException>(() => StrategicMergePatch.Apply([], JsonNode.Parse(patch), Pod));

        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}

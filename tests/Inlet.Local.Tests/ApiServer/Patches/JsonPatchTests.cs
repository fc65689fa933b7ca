using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Patches;

namespace Inlet.Local.Tests.ApiServer.Patches;

public sealed class JsonPatchTests
{
    [Theory]
    // The examples of RFC 6902, appendix A.
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"baz":"qux","foo":"bar"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo"}""")]
    [InlineData("""{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""",
        """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""",
        """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""",
        """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"baz":"qux","foo":["a",2,"c"]}""", """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]""",
        """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""", """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("""{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("""{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc","def"]}]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("""{"a":{}}""", """[{"op":"add","path":"/a/x~1y","value":null}]""", """{"a":{"x/y":null}}""")]
    public void Apply_follows_the_rfc(string target, string patch, string expected)
    {
        var result = JsonPatch.Apply(JsonNode.Parse(target)!.AsObject(), JsonNode.Parse(patch));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""", "testing value /a failed: test failed")]
    [InlineData("""[{"op":"remove","path":"/x"}]""", "remove operation does not apply: doc is missing path: /x")]
    [InlineData("""[{"op":"replace","path":"/x","value":1}]""", "replace operation does not apply: doc is missing path: /x")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""", "add operation does not apply: doc is missing path: /x")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""", "add operation does not apply")]
    [InlineData("""[{"op":"add","path":"/l/9","value":1}]""", "add operation does not apply")]
    [InlineData("""[{"op":"add","path":"x","value":1}]""", "is no JSON pointer")]
    [InlineData("""[{"op":"add","path":"/x"}]""", "missing value")]
    [InlineData("""[{"op":"dance","path":"/x"}]""", "Unexpected kind: dance")]
    [InlineData("""[{"op":"replace","path":"","value":1}]""", "the patched document is not an object")]
    public void Apply_refuses_what_does_not_fit(string patch, string message)
    {
        var error = Assert.Throws<KubernetesApiException>(
            () => JsonPatch.Apply(new JsonObject { ["a"] = 1, ["l"] = new JsonArray(1) }, JsonNode.Parse(patch)));

        Assert.Equal(422, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}

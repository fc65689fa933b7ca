using System.Text.Json.Nodes;

namespace Inlet.Kubernetes.Tests.Selectors;

public sealed class LabelSelectorTests
{
    private static readonly JsonObject Labels = new() { ["app"] = "shop", ["tier"] = "front", ["rank"] = "5", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=shop", true)]
    [InlineData("app==shop", true)]
    [InlineData("app = shop", true)]
    [InlineData("app=other", false)]
    [InlineData("missing=x", false)]
    [InlineData("empty=", true)]
    [InlineData("app=", false)]
    [InlineData("app!=shop", false)]
    [InlineData("app!=other", true)]
    [InlineData("missing!=x", true)]
    [InlineData("app in (shop)", true)]
    [InlineData("app in (other, shop)", true)]
    [InlineData("app in (other)", false)]
    [InlineData("empty in (,x)", true)]
    [InlineData("app in (in, notin)", false)]
    [InlineData("app notin (shop,other)", false)]
    [InlineData("app notin (other)", true)]
    [InlineData("missing notin (other)", true)]
    [InlineData("app", true)]
    [InlineData("missing", false)]
    [InlineData("!app", false)]
    [InlineData("!missing", true)]
    [InlineData("! missing", true)]
    [InlineData("rank>4", true)]
    [InlineData("rank<4", false)]
    [InlineData("app>4", false)]
    [InlineData("app=shop,tier=front", true)]
    [InlineData("app=shop,tier=back", false)]
    [InlineData("app in (shop,other),tier,!missing,rank!=6", true)]
    [InlineData("tier in (front),app=other", false)]
    [InlineData("example.com/app!=shop", true)]
    public void Parse_selects_as_kubernetes_does(string selector, bool expected) =>
        Assert.Equal(expected, LabelSelector.Parse(selector).Matches(Labels));

    [Theory]
    [InlineData("app=shop=x", "unable to parse requirement: found '=', expected: ',' or 'end of string'")]
    [InlineData("app=shop,", "unable to parse requirement: found '', expected: identifier after ','")]
    [InlineData(",app", "unable to parse requirement: found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("app in shop", "unable to parse requirement: found 'shop' expected: '('")]
    [InlineData("app in (shop", "unable to parse requirement: found '', expected: ',', or ')'")]
    [InlineData("app shop", "unable to parse requirement: found 'shop', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("!=x", "unable to parse requirement: found '!=', expected: !, identifier, or 'end of string'")]
    [InlineData("app in ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    [InlineData("rank>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    public void Parse_refuses_with_kubernetes_words(string selector, string message) =>
        Assert.Equal(message, Assert.Throws<SelectorFormatException>(() => LabelSelector.Parse(selector)).Message);

    [Theory]
    [InlineData("-app=x", "key: Invalid value: \"-app\": name part must consist of")]
    [InlineData("a/b/c=x", "key: Invalid value: \"a/b/c\": a qualified name must consist of")]
    [InlineData("/c=x", "key: Invalid value: \"/c\": prefix part must be non-empty")]
    [InlineData("app=-x", "values[0][app]: Invalid value: \"-x\": a valid label must be an empty string or consist of")]
    public void Parse_refuses_what_is_no_label(string selector, string message) =>
        Assert.Contains(message, Assert.Throws<SelectorFormatException>(() => LabelSelector.Parse(selector)).Message, StringComparison.Ordinal);

    [Fact]
    public void FromObject_joins_labels_and_expressions()
    {
        var selector = LabelSelector.FromObject(JsonNode.Parse("""
            {"matchLabels": {"app": "shop"}, "matchExpressions": [
              {"key": "tier", "operator": "In", "values": ["front", "back"]},
              {"key": "rank", "operator": "NotIn", "values": ["6"]},
              {"key": "empty", "operator": "Exists"},
              {"key": "missing", "operator": "DoesNotExist"}]}
            """)!.AsObject());

        Assert.True(selector.Matches(Labels));
        Assert.False(selector.Matches(new JsonObject { ["app"] = "shop", ["tier"] = "middle", ["empty"] = "" }));
        Assert.Equal("app=shop,empty,!missing,rank notin (6),tier in (back,front)", selector.ToString());
    }

    [Fact]
    public void FromObject_missing_selects_nothing_and_empty_everything()
    {
        Assert.False(LabelSelector.FromObject(null).Matches(Labels));
        Assert.True(LabelSelector.FromObject([]).Matches(null));
        Assert.True(LabelSelector.FromMap([]).MatchesEverything);
    }

    [Fact]
    public void FromObject_unknown_operator_is_refused()
    {
        var selector = new JsonObject
        {
            ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "a", ["operator"] = "Like", ["values"] = new JsonArray("b") }),
        };

        Assert.Equal("\"Like\" is not a valid label selector operator",
            Assert.Throws<SelectorFormatException>(() => LabelSelector.FromObject(selector)).Message);
    }

    [Theory]
    [InlineData("b=2,a=1", "a=1,b=2")]
    [InlineData("a in (z, y,y)", "a in (y,z)")]
    [InlineData("!x , y", "!x,y")]
    public void ToString_is_canonical(string selector, string expected) =>
        Assert.Equal(expected, LabelSelector.Parse(selector).ToString());
}

namespace Inlet.Kubernetes.Tests.Selectors;

public sealed class FieldSelectorTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("metadata.name=web", true)]
    [InlineData("metadata.name==web", true)]
    [InlineData("metadata.name!=web", false)]
    [InlineData("metadata.name=web,status.phase!=Running", false)]
    [InlineData("metadata.name=web,status.phase!=Failed", true)]
    [InlineData("note=a\\,b\\=c\\\\d", true)]
    [InlineData("spec.nodeName=", true)]
    public void Matches_compares_values(string? selector, bool expected)
    {
        var fields = new Dictionary<string, string>
        {
            ["metadata.name"] = "web",
            ["status.phase"] = "Running",
            ["note"] = "a,b=c\\d",
            ["spec.nodeName"] = "",
        };

        Assert.Equal(expected, FieldSelector.Parse(selector).Matches(f => fields[f]));
    }

    [Fact]
    public void RequiresExactMatch_finds_the_pinned_name()
    {
        var selector = FieldSelector.Parse("metadata.name=web,status.phase!=Failed");

        Assert.Equal("web", selector.RequiresExactMatch("metadata.name"));
        Assert.Null(selector.RequiresExactMatch("status.phase"));
    }

    [Theory]
    [InlineData("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [InlineData("a=b\\c", "invalid field selector: invalid escape sequence: \\c")]
    public void Parse_refuses_with_kubernetes_words(string selector, string message) =>
        Assert.Equal(message, Assert.Throws<SelectorFormatException>(() => FieldSelector.Parse(selector)).Message);
}

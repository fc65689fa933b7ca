namespace Inlet.Kubernetes.Tests;

public sealed class FieldPositionsTests
{
    private const string Text = """
        # comment
        kind: A
        spec:
          list:
          - name: one
          - {name: two, deep: [1, {x: y}]}
        metadata:
          annotations:
            example.com/a.b: "1"
            "quoted/key": "2"
        ---
        kind: B
        spec: {a: 1}
        """;

    [Theory]
    [InlineData(2, "spec", 3, 1)]
    [InlineData(2, "spec.list[1].name", 6, 6)]
    [InlineData(2, "spec.list[1].deep[1].x", 6, 28)]
    [InlineData(2, "spec.list[7].name", 4, 3)]
    [InlineData(2, "metadata.annotations[example.com/a.b]", 9, 5)]
    [InlineData(2, "metadata.annotations[quoted/key]", 10, 5)]
    [InlineData(2, "spec (backend a:80)", 3, 1)]
    [InlineData(2, "", 2, 1)]
    [InlineData(12, "spec.a", 13, 8)]
    [InlineData(5, "spec", 5, 5)]
    public void Field_stands_at_its_key_or_the_nearest_one_above_it(int objectLine, string field, int line, int column)
    {
        Assert.Equal((line, column), FieldPositions.Of(Text).Find((objectLine, objectLine == 5 ? 5 : 1), field));
    }

    [Fact]
    public void Text_that_does_not_parse_has_the_positions_before_the_error()
    {
        var positions = FieldPositions.Of("kind: A\nspec: {a: 1}\n---\nkind: [\n");

        Assert.Equal((2, 8), positions.Find((1, 1), "spec.a"));
        Assert.Equal((4, 1), positions.Find((4, 1), "spec.a"));
    }
}

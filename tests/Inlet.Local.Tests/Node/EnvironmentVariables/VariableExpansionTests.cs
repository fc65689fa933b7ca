using Inlet.Local.Node.EnvironmentVariables;

namespace Inlet.Local.Tests.Node.EnvironmentVariables;

public sealed class VariableExpansionTests
{
    private static readonly Dictionary<string, string> Known = new() { ["A"] = "1", ["B"] = "$(A)", ["EMPTY"] = "" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(A)", "x1y1")]
    [InlineData("$(B)", "$(A)")]
    [InlineData("[$(EMPTY)]", "[]")]
    [InlineData("$(UNKNOWN)", "$(UNKNOWN)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$1")]
    [InlineData("$$$$", "$$")]
    [InlineData("$A", "$A")]
    [InlineData("$", "$")]
    [InlineData("$(A", "$(A")]
    [InlineData("$()", "$()")]
    public void References_are_replaced_as_kubernetes_does(string text, string expected) => Assert.Equal(expected, VariableExpansion.Expand(text, Known));
}

namespace Inlet.Architecture.Tests;

/// <summary>docs/architecture.md draws the rooms; the project files must not tell another story.</summary>
public sealed class RoomsTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Drawn = ReadTable();

    public static TheoryData<string> Projects => [.. Tree.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_are_those_of_the_drawing(string project)
    {
        Assert.True(Drawn.TryGetValue(project, out var drawn), $"docs/architecture.md does not list {project}");
        Assert.Equal(drawn, Tree.References(project));
    }

    [Fact]
    public void The_drawing_lists_no_room_that_is_not_there() => Assert.Equal(Tree.Projects, Drawn.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_has_its_mirror_of_tests_in_the_solution(string project)
    {
        var solution = File.ReadAllText(Tree.At("Inlet.slnx"));

        Assert.Contains($"src/{project}/{project}.csproj", solution, StringComparison.Ordinal);
        Assert.Contains($"tests/{project}.Tests/{project}.Tests.csproj", solution, StringComparison.Ordinal);
    }

    [Fact]
    public void No_room_is_named_for_holding_what_belongs_nowhere()
    {
        string[] forbidden = ["Common", "Core", "Utils", "Util", "Helpers", "Helper", "Shared", "Misc"];

        var found = Tree.Sources("src").Concat(Tree.Sources("tests"))
            .SelectMany(static file => Path.GetDirectoryName(file)!.Split(Path.DirectorySeparatorChar).SelectMany(static folder => folder.Split('.')))
            .Distinct().Intersect(forbidden);

        Assert.Empty(found);
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadTable() =>
        File.ReadLines(Tree.At("docs", "architecture.md"))
            .Where(static line => line.StartsWith("| `Inlet.", StringComparison.Ordinal) && line.Count(static c => c == '|') == 4)
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[1].Trim('`'), static cells => References(cells[3]));

    private static IReadOnlyList<string> References(string cell) =>
        cell == "nothing" ? [] : [.. cell.Split(", ").Select(static name => "Inlet." + name).Order(StringComparer.Ordinal)];
}

using System.Text.RegularExpressions;

namespace Inlet.Architecture.Tests;

/// <summary>Rules of the house that no compiler knows.</summary>
public sealed partial class HouseRulesTests
{
    [Fact]
    public void No_source_file_is_longer_than_500_lines()
    {
        var long_ = Tree.Sources("src").Select(static file => (file, Lines: File.ReadLines(Tree.At(file)).Count())).Where(static f => f.Lines > 500);

        Assert.Empty(long_);
    }

    [Fact]
    public void The_wire_knows_nothing_of_sockets_tasks_or_the_product()
    {
        string[] forbidden = ["new Socket", "NetworkStream", "SocketAsyncEventArgs", "System.Threading.Tasks", "Inlet.Model", "Inlet.Routing", "Inlet.Kubernetes", "ILogger", "Ingress"];

        Assert.Empty(Mentions("src/Inlet.Http", forbidden));
    }

    [Fact]
    public void Translation_has_no_clock_network_or_log()
    {
        string[] forbidden = ["DateTime.", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "TimeProvider", "Stopwatch", "System.Net.Http", "System.Net.Sockets", "ILogger", "Task.", "async "];

        Assert.Empty(Mentions("src/Inlet.Translation", forbidden));
    }

    [Fact]
    public void The_data_plane_uses_no_linq_on_a_request_and_no_backtracking_expression()
    {
        string[] forbidden = ["using System.Linq", "new Regex(", "[GeneratedRegex", "DateTime.Now", "DateTime.UtcNow", "Thread.Sleep"];

        Assert.Empty(Mentions("src/Inlet.Http", forbidden).Concat(Mentions("src/Inlet.Routing", forbidden)).Concat(Mentions("src/Inlet.Proxy", forbidden)));
    }

    [Fact]
    public void The_wall_clock_is_read_through_a_TimeProvider()
    {
        string[] forbidden = ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow"];

        Assert.Empty(Mentions("src", forbidden));
    }

    [Fact]
    public void Sources_name_no_place_of_the_machine_they_were_written_on()
    {
        var found = Tree.Sources("src").Concat(Tree.Sources("tests"))
            .Where(static file => !file.EndsWith(nameof(HouseRulesTests) + ".cs", StringComparison.Ordinal))
            .Where(static file => MachinePath().IsMatch(File.ReadAllText(Tree.At(file))));

        Assert.Empty(found);
    }

    private static IEnumerable<string> Mentions(string folder, string[] words) =>
        from file in Tree.Sources(folder)
        where !file.EndsWith(".Tests.cs", StringComparison.Ordinal)
        from line in File.ReadLines(Tree.At(file)).Select(static (text, index) => (Text: text, Number: index + 1))
        let code = Comment().Replace(line.Text, "")
        from word in words
        where code.Contains(word, StringComparison.Ordinal)
        select $"{file}:{line.Number}: {word}";

    [GeneratedRegex("//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(^|[\s""'(=])/(work|home|farm)/")]
    private static partial Regex MachinePath();
}

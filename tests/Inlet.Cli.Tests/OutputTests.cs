using System.Text.Json.Nodes;
using Inlet.Cli.Up;

namespace Inlet.Cli.Tests;

public sealed class OutputTests
{
    private static readonly IngressAddresses Addresses = new(8080, 8443, 30431, 30443);

    [Fact]
    public void Plain_output_ends_with_a_table_in_which_columns_line_up()
    {
        var lines = Lines(output => output.Ready(
            Rows.Snapshot([Rows.Route(), Rows.Route("secure.app.com", tls: true, ready: ["a", "b", "c", "d"], waiting: ["e"])], Rows.Pod()), Addresses, TimeSpan.FromSeconds(1.2)));

        Assert.Equal("ready        after 1.2 s", lines[0]);
        var table = lines.SkipWhile(static line => !line.StartsWith("INGRESS", StringComparison.Ordinal)).Take(3).ToList();
        var column = table[0].IndexOf("PODS", StringComparison.Ordinal);
        Assert.Equal("1/1 pod-1", table[1][column..]);
        Assert.Equal("4/5 a, b, c, …", table[2][column..]);
        Assert.Contains("https://secure.app.com:8443/", table[2], StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.Contains("30431", StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_output_names_what_is_not_ready()
    {
        var lines = Lines(static output => output.Ready(
            Rows.Snapshot([Rows.Route(inForce: false, ready: [], waiting: ["web-1"])], Rows.Pod("web-1", "CreateContainerConfigError", 0, "configmap \"x\" not found")), Addresses, TimeSpan.FromSeconds(30)));

        Assert.Equal("not ready    after 30.0 s; still watching", lines[0]);
        Assert.Equal("waiting for  pod default/web-1 0/1 CreateContainerConfigError: configmap \"x\" not found", lines[1]);
        Assert.Contains(lines, static line => line.EndsWith("0/1 (not in force yet)", StringComparison.Ordinal));
    }

    [Fact]
    public void Plain_output_says_what_it_waits_for_once()
    {
        var snapshot = Rows.Snapshot([Rows.Route(inForce: false)], Rows.Pod(), Rows.Pod("pod-2", "Pending", 0));

        var lines = Lines(output =>
        {
            output.Waiting(snapshot);
            output.Waiting(snapshot);
        });

        Assert.Equal("waiting      1/2 pods ready, 0/1 routes in force", Assert.Single(lines));
    }

    [Fact]
    public void Json_output_is_one_object_a_line()
    {
        var text = new StringWriter { NewLine = "\n" };
        using var output = new JsonOutput(text);
        output.Ready(Rows.Snapshot([Rows.Route()], Rows.Pod()), Addresses, TimeSpan.FromSeconds(1));
        output.Warning("Pod default/x", "FailedMount", "it said \"no\"\nand no");
        output.Stopped();

        var events = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["ready", "warning", "stopped"], events.Select(static e => (string)e["event"]!));
        Assert.Equal(8080, (int)events[0]["httpPort"]!);
        Assert.Equal("http://www.app.com:8080/", (string)events[0]["routes"]![0]!["url"]!);
        Assert.Equal("it said \"no\"\nand no", (string)events[1]["message"]!);
    }

    [Fact]
    public void Changes_are_routes_put_and_gone_and_pods_that_differ()
    {
        var before = Rows.Snapshot([Rows.Route(path: "/a"), Rows.Route(path: "/b")], Rows.Pod(), Rows.Pod("pod-2"));
        var after = Rows.Snapshot([Rows.Route(path: "/a", ready: ["pod-9"]), Rows.Route(path: "/c")], Rows.Pod(), Rows.Pod("pod-2", "CrashLoopBackOff", 0));

        var changes = SnapshotChanges.Between(before, after);

        Assert.Equal(["/a", "/c"], changes.Put.Select(static route => route.Path));
        Assert.Equal("/b", Assert.Single(changes.Gone).Path);
        Assert.Equal("pod-2", Assert.Single(changes.Pods).Name);
        Assert.False(SnapshotChanges.Between(after, after).Any);
    }

    [Fact]
    public void Rules_that_say_the_same_thing_twice_are_no_change()
    {
        var twice = Rows.Snapshot([Rows.Route(), Rows.Route()], Rows.Pod());

        Assert.False(SnapshotChanges.Between(twice, twice).Any);
    }

    private static List<string> Lines(Action<IUpOutput> tell)
    {
        var text = new StringWriter { NewLine = "\n" };
        using var output = new PlainOutput(text, TimeProvider.System);
        tell(output);
        return [.. text.ToString().Split('\n')[..^1]];
    }
}

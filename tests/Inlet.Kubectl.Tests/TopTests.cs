using System.Globalization;
using System.Text.RegularExpressions;
using Inlet.Kubectl.Tests.Harness;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Kubectl.Tests;

/// <summary>kubectl top measures what processes use.</summary>
public sealed partial class TopTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    [Fact]
    public async Task Top_tells_a_busy_pod_from_an_idle_one()
    {
        var busy = await cluster.PodAsync("busy", "while :; do :; done");
        var idle = await cluster.PodAsync("idle");
        var text = await MeasuredAsync(busy, idle);
        Assert.Matches(@"NAME\s+CPU\(cores\)\s+MEMORY\(bytes\)", text);
        Assert.True(Cores(text, busy) > 50, text);
        Assert.True(Cores(text, idle) < 50, text);
        Assert.Contains("app", await cluster.Kubectl.OkAsync("top", "pod", busy, "--containers"), StringComparison.Ordinal);
        await cluster.Kubectl.OkAsync("delete", "pod", busy, idle);
        Assert.Contains("No resources found", (await cluster.Kubectl.RunAsync(["top", "pod", "-l", "app=none"], null)).All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_of_the_node_has_shares_of_what_it_has()
    {
        Assert.Matches(@"\d+m\s+\d+%\s+\d+Mi\s+\d+%", await cluster.Kubectl.OkAsync("top", "node"));
    }

    /// <summary>As in a cluster, what has just been started is not in the latest measurement yet; kubectl says so and exits 1.</summary>
    private Task<string> MeasuredAsync(params string[] pods) => Wait.ForAsync(
        async () => await cluster.Kubectl.RunAsync(["top", "pod"], null) is { Code: 0 } top
            && Array.TrueForAll(pods, pod => top.Out.Contains($"{pod} ", StringComparison.Ordinal)) ? top.Out : null,
        "kubectl top to know the pods");

    private static int Cores(string top, string pod)
    {
        var line = top.Split('\n').Single(l => l.StartsWith($"{pod} ", StringComparison.Ordinal));
        return int.Parse(Millicores().Match(line).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\s(\d+)m\s")]
    private static partial Regex Millicores();
}

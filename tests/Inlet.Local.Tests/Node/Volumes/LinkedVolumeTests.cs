using Inlet.Kubernetes;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Volumes;

/// <summary>What a user gets who may not mount.</summary>
public sealed class LinkedVolumeTests
{
    [Fact]
    public async Task Volumes_are_links_that_go_with_the_pod_and_are_told_of()
    {
        await using var run = await NodeRun.StartAsync(configure: o => o with { PrivateMounts = false });
        var place = Path.Combine(run.Root, "not", "there");
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"k":"value"}}""");
        await run.CreateShellPodAsync(
            "p", $"cat {place}/k; echo; exec sleep 1000", ""","volumeMounts":[{"name":"v","mountPath":"@PLACE"}]""".Replace("@PLACE", place, StringComparison.Ordinal),
            ""","volumes":[{"name":"v","configMap":{"name":"cm"}}]""");

        await run.WaitLogAsync("p", "value");
        await run.WaitEventAsync("p", "VolumesLinked", "run inlet as root");
        await run.DeletePodAsync("p", grace: 1);
        await run.WaitGoneAsync("p");

        Assert.False(Path.Exists(Path.Combine(run.Root, "not")));
    }

    [Fact]
    public async Task Place_that_is_taken_is_refused_and_left_alone()
    {
        await using var run = await NodeRun.StartAsync(configure: o => o with { PrivateMounts = false });
        var place = Path.Combine(run.Root, "taken");
        await File.WriteAllTextAsync(place, "mine", TestContext.Current.CancellationToken);
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","volumeMounts":[{"name":"v","mountPath":"@PLACE"}]""".Replace("@PLACE", place, StringComparison.Ordinal),
            ""","volumes":[{"name":"v","emptyDir":{}}]""");

        await run.WaitWaitingAsync("p", "CreateContainerError");
        await run.WaitEventAsync("p", "Failed", $"mountPath {place} exists on this machine");
        await run.DeletePodAsync("p", grace: 1);
        await run.WaitGoneAsync("p");

        Assert.Equal("mine", await File.ReadAllTextAsync(place, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Links_of_a_killed_agent_are_taken_away_by_the_next()
    {
        await using var run = await NodeRun.StartAsync(configure: o => o with { PrivateMounts = false });
        await run.Agent.DisposeAsync();
        var pod = Directory.CreateDirectory(Path.Combine(run.NodeRoot, "pods", "some-uid")).FullName;
        var link = Path.Combine(run.Root, "link");
        var other = Path.Combine(run.Root, "other");
        File.CreateSymbolicLink(link, "/volume");
        File.CreateSymbolicLink(other, "/somewhere");
        await File.WriteAllTextAsync(Path.Combine(pod, "links"), $"{link}\t/volume\n{other}\t/volume\n", TestContext.Current.CancellationToken);

        await run.StartAgentAsync();

        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Equal("/somewhere", new FileInfo(other).LinkTarget);
    }
}

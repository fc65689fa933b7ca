using System.Text.Json.Nodes;
using System.Diagnostics;
using System.Globalization;
using Inlet.Kubernetes;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Pods;

public sealed class FaultTests
{
    [Fact]
    public async Task Agent_that_stops_leaves_nothing_and_the_next_one_starts_the_pods_anew()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.Secrets, """{"metadata":{"name":"s"},"stringData":{"a":"b"}}""");
        await run.CreateShellPodAsync("p", "echo up; exec sleep 1000", morePod: ""","volumes":[{"name":"v","secret":{"secretName":"s"}}]""");
        await run.WaitLogAsync("p", "up");
        var uid = (await run.WaitReadyAsync("p")).Uid();

        await run.Agent.DisposeAsync();

        Assert.Empty(Processes.OfPod(uid));
        Assert.Empty(Directory.GetDirectories(Path.Combine(run.NodeRoot, "pods")));
        Assert.DoesNotContain(run.NodeRoot, await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("False", NodeRun.Condition(await run.GetPodAsync("p"), "Ready"));
        var node = await run.Api.GetAsync(ResourceTypes.Nodes, null, "test-node", TestContext.Current.CancellationToken);
        Assert.Equal("False", NodeRun.Condition(node, "Ready"));
        await run.StartAgentAsync();
        var again = await run.WaitReadyAsync("p");
        Assert.Equal(1, NodeRun.Container(again).Integer("restartCount"));
        Assert.Equal(uid, again.Uid());
    }

    [Fact]
    public async Task Addresses_of_an_earlier_sandbox_do_not_stay_in_the_status()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000");
        await run.WaitReadyAsync("p");
        await run.Agent.DisposeAsync();
        var earlier = JsonNode.Parse("""{"status":{"podIP":"10.9.9.9","podIPs":[{"ip":"10.9.9.9"}],"hostIPs":[{"ip":"10.9.9.8"}]}}""")!;
        await run.Api.PatchAsync(ResourceTypes.Pods, "default", "p", PatchKind.Merge, earlier, WriteQuery.Status, TestContext.Current.CancellationToken);

        await run.StartAgentAsync();

        var status = (await run.WaitReadyAsync("p")).Object("status");
        Assert.Equal(status.String("podIP"), Assert.Single(status.Objects("podIPs")).String("ip"));
        Assert.Equal(status.String("hostIP"), Assert.Single(status.Objects("hostIPs")).String("ip"));
    }

    [Fact]
    public async Task Processes_of_a_killed_agent_are_ended_and_others_are_not()
    {
        await using var run = await NodeRun.StartAsync();
        await run.Agent.DisposeAsync();
        // What an agent that was killed leaves: a recorded process with a child, and a record of a number another has by now.
        using var left = Process.Start(new ProcessStartInfo("setsid", ["--wait", "sh", "-c", "sleep 1003 & echo $$ $!; wait"]) { RedirectStandardOutput = true })!;
        var numbers = (await left.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        using var bystander = Process.Start("sleep", "1004");
        var pod = Directory.CreateDirectory(Path.Combine(run.NodeRoot, "pods", "some-uid")).FullName;
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", TestContext.Current.CancellationToken)).Trim();
        await File.WriteAllTextAsync(
            Path.Combine(pod, "processes"), $"{boot} {numbers[0]} {Ticks(numbers[0])}\n{boot} {bystander.Id} {Ticks(bystander.Id) - 1}\n{boot} 12", TestContext.Current.CancellationToken);

        await run.StartAgentAsync();

        await Wait.UntilAsync(() => !Runs(numbers[0]) && !Runs(numbers[1]), "the processes left behind to be ended");
        Assert.False(Directory.Exists(pod));
        Assert.True(Runs(bystander.Id));
        bystander.Kill();
        left.Kill();
    }

    [Fact]
    public async Task Marked_processes_without_a_record_are_ended_too()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo id=$INLET_CONTAINER_ID; exec sleep 1000");
        var log = await run.WaitLogAsync("p", "id=");
        var marker = log.Split('\n')[0]["id=".Length..];
        await run.Agent.DisposeAsync();
        var start = new ProcessStartInfo("setsid", ["sleep", "1005"]);
        start.Environment["INLET_CONTAINER_ID"] = marker;
        using var left = Process.Start(start)!;

        await run.StartAgentAsync();

        await Wait.UntilAsync(() => Processes.OfPod(marker).All(p => !Command(p).Contains("1005", StringComparison.Ordinal)), "the marked process to be ended");
    }

    [Fact]
    public async Task Pod_that_had_ended_stays_ended_after_a_restart_and_keeps_its_log()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo done", morePod: ""","restartPolicy":"Never" """);
        var before = await run.WaitPhaseAsync("p", "Succeeded");

        await run.RestartAgentAsync();

        Assert.Equal("done\n", await run.LogsAsync("p"));
        var after = await run.GetPodAsync("p");
        Assert.Equal(before["status"]!.ToJsonString(), after["status"]!.ToJsonString());
    }

    [Fact]
    public async Task Trouble_of_one_pod_stays_its_own()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("bad", "exec sleep 1000", ""","workingDir":"/no/such/directory" """);
        await run.CreateShellPodAsync("worse", "exec sleep 1000", morePod: ""","volumes":[{"name":"v","hostPath":{"path":"/no/such/path","type":"File"}}]""");
        await run.CreateShellPodAsync("good", "exec sleep 1000");

        await run.WaitReadyAsync("good");
        await run.WaitEventAsync("bad", "Failed", "cannot change to the working directory /no/such/directory: No such file or directory");
        await run.WaitEventAsync("worse", "FailedMount", "/no/such/path");
    }

    [Fact]
    public async Task Pod_removed_by_force_is_ended_and_its_name_can_be_used_again()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "trap '' TERM; echo up; while :; do sleep 0.05; done");
        await run.WaitLogAsync("p", "up");
        var uid = (await run.GetPodAsync("p")).Uid();

        await run.DeletePodAsync("p", grace: 0);
        await run.CreateShellPodAsync("p", "exec sleep 1000");

        var again = await run.WaitReadyAsync("p");
        Assert.NotEqual(uid, again.Uid());
        await Wait.UntilAsync(() => Processes.OfPod(uid).Count == 0, "the first pod's processes to end");
    }

    private static ulong Ticks(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return ulong.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }

    private static string Command(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool Runs(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

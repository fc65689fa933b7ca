using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime.Cgroups;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Pods;

/// <summary>What the kernel holds containers to, seen from inside and from the pod's status.</summary>
public sealed class ResourceTests
{
    // perl is on every Debian; a string that is doubled takes real memory, and soon more than the limit.
    private const string EatMemory = "perl -e '$x = \"a\" x 1000000; while (1) { $x .= $x; }'";

    [Fact]
    public async Task Container_over_its_memory_limit_is_killed_and_says_so()
    {
        RequireLimits();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", $"exec {EatMemory}", Limits("\"memory\":\"32Mi\""), ""","restartPolicy":"Never" """);
        await run.CreateShellPodAsync("q", "exec sleep 1000", Limits("\"memory\":\"32Mi\""));

        var ended = NodeRun.Container(await run.WaitPhaseAsync("p", "Failed")).Object("state").Object("terminated");

        Assert.Equal("OOMKilled", ended.String("reason"));
        Assert.Equal(137, ended.Integer("exitCode"));
        await run.WaitReadyAsync("q");
    }

    [Fact]
    public async Task Child_over_the_memory_limit_counts_when_its_container_fails_with_it()
    {
        RequireLimits();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", $"{EatMemory}; exit 1", Limits("\"memory\":\"32Mi\""), ""","restartPolicy":"Never" """);

        var ended = NodeRun.Container(await run.WaitPhaseAsync("p", "Failed")).Object("state").Object("terminated");

        Assert.Equal("OOMKilled", ended.String("reason"));
    }

    [Fact]
    public async Task Requests_and_limits_reach_the_kernel_and_the_status_and_go_with_the_container()
    {
        RequireLimits();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "cat /proc/self/cgroup; exec sleep 1000", ""","resources":{"requests":{"cpu":"250m","memory":"16Mi"},"limits":{"cpu":"500m","memory":"64Mi"}}""");
        await run.WaitReadyAsync("p");
        var uid = (await run.GetPodAsync("p")).Uid();
        var hierarchies = CgroupHierarchies.Find()!;
        var memory = Assert.Single(Groups(hierarchies.Memory, uid));
        var cpu = Assert.Single(Groups(hierarchies.Cpu, uid));

        Assert.Equal("67108864", Read(memory, hierarchies.IsUnified ? "memory.max" : "memory.limit_in_bytes"));
        Assert.Equal(hierarchies.IsUnified ? "50000 100000" : "50000", Read(cpu, hierarchies.IsUnified ? "cpu.max" : "cpu.cfs_quota_us"));
        Assert.NotEmpty(Read(memory, "cgroup.procs"));
        var status = NodeRun.Container(await run.GetPodAsync("p"));
        Assert.Equal("64Mi", status.Object("resources").Object("limits").String("memory"));
        Assert.Equal("250m", status.Object("allocatedResources").String("cpu"));

        await run.DeletePodAsync("p");
        await run.WaitGoneAsync("p");

        Assert.Empty(Groups(hierarchies.Memory, uid));
        Assert.Empty(Groups(hierarchies.Cpu, uid));
    }

    [Fact]
    public async Task Groups_of_a_killed_agent_are_removed_with_their_processes()
    {
        RequireLimits();
        await using var run = await NodeRun.StartAsync();
        await run.Agent.DisposeAsync();
        var hierarchies = CgroupHierarchies.Find()!;
        var left = new Inlet.Local.Node.Runtime.Cgroups.CgroupTree(new Inlet.Local.Node.NodeDirectory(run.Options.DataDirectory).Key).Create("left", new(null, 100, null));
        using var process = System.Diagnostics.Process.Start("sleep", "1010");
        left.Add(process.Id);

        await run.StartAgentAsync();

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await run.Agent.DisposeAsync();
        Assert.DoesNotContain(hierarchies.All.SelectMany(Directory.EnumerateDirectories), d => d.EndsWith(new Inlet.Local.Node.NodeDirectory(run.Options.DataDirectory).Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_only_root_takes_no_writes_but_volumes_do()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        var file = Path.Combine(run.Root, "file");
        await run.CreateShellPodAsync(
            "p", $"touch {file} || echo refused; touch /data/x && echo taken; touch /mnt/other/y && echo made; echo end; exec sleep 1000",
            ""","securityContext":{"readOnlyRootFilesystem":true},"volumeMounts":[{"name":"v","mountPath":"/data"},{"name":"v","mountPath":"/mnt/other"}]""",
            ""","volumes":[{"name":"v","emptyDir":{}}]""");

        var log = await run.WaitLogAsync("p", "end");

        Assert.Contains("refused\ntaken\nmade\nend", log, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Dropped_capabilities_and_no_new_privileges_hold_inside()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "grep -E 'CapEff|NoNewPrivs' /proc/self/status; echo end; exec sleep 1000",
            ""","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["CAP_CHOWN","NET_BIND_SERVICE"]}}""");

        var log = await run.WaitLogAsync("p", "end");

        Assert.Contains("CapEff:\t0000000000000401\n", log, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_passed_over_is_said_by_name()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","securityContext":{"seccompProfile":{"type":"RuntimeDefault"},"procMount":"Default"}""", ""","securityContext":{"sysctls":[{"name":"a","value":"b"}]}""");

        await run.WaitEventAsync("p", "SecurityContextIgnored", "securityContext: seccompProfile, sysctls are not applied on this node");
    }

    [Fact]
    public async Task Supplemental_groups_alone_are_honoured()
    {
        Requires.Mounts();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "id -G; echo end; exec sleep 1000", morePod: ""","securityContext":{"supplementalGroups":[4242],"fsGroup":4343}""");

        Assert.Contains("4242 4343", await run.WaitLogAsync("p", "end"), StringComparison.Ordinal);
    }

    private static void RequireLimits()
    {
        var obstacle = new CgroupTree("test-probe");
        obstacle.RemoveAll();
        Assert.SkipWhen(obstacle.Obstacle is not null, obstacle.Obstacle ?? "");
    }

    private static string Limits(string limits) => $",\"resources\":{{\"limits\":{{{limits}}}}}";

    private static List<string> Groups(string root, string uid) =>
        [.. Directory.EnumerateDirectories(root, "inlet-*").SelectMany(Directory.EnumerateDirectories).Where(d => d.Contains(uid, StringComparison.Ordinal))];

    private static string Read(string group, string file) => File.ReadAllText(Path.Combine(group, file)).Trim();
}

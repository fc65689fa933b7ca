using System.Net;
using System.Net.Sockets;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Runtime.Engine;

/// <summary>Pods whose containers a real Podman runs.</summary>
public sealed class EnginePodTests(PodmanService podman) : IClassFixture<PodmanService>
{
    // Open: the script follows.
    private const string Shell = $"\"image\":\"{PodmanService.Image}\",\"command\":[\"/bin/sh\",\"-c\"";

    [Fact]
    public async Task Pod_of_an_image_runs_with_its_entry_point_and_arguments_and_goes_without_a_trace()
    {
        await using var run = await StartAsync();
        await run.CreatePodAsync("p", $$"""{"restartPolicy":"Never","containers":[{"name":"app","image":"{{PodmanService.Image}}"},{"name":"b","image":"{{PodmanService.Image}}","args":["$(A)"],"env":[{"name":"A","value":"own"}]}]}""");

        var pod = await run.WaitPhaseAsync("p", "Succeeded");

        Assert.Equal("entry default\n", await run.LogsAsync("p"));
        Assert.Equal("entry own\n", await run.LogsAsync("p", container: "b"));
        Assert.StartsWith("podman://", NodeRun.Container(pod).String("containerID"), StringComparison.Ordinal);
        await run.WaitEventAsync("p", "Pulled", "already present on machine");
        await run.DeletePodAsync("p");
        await run.WaitGoneAsync("p");
        var uid = pod.Uid();
        Assert.DoesNotContain(await podman.ContainersAsync(), name => name.Contains(uid, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Containers_of_a_pod_share_its_address_and_volumes_and_a_probe_reaches_into_one()
    {
        await using var run = await StartAsync();
        await run.CreateAsync(ResourceTypes.Secrets, """{"metadata":{"name":"s"},"stringData":{"key":"hidden"}}""");
        await run.CreatePodAsync("p", $$"""
            {"terminationGracePeriodSeconds":1,"volumes":[{"name":"v","emptyDir":{} },{"name":"s","secret":{"secretName":"s"} }],
             "containers":[
              {"name":"app",{{Shell}},"echo $$$$ $HOME:$INLET_X; cat /secret/key; echo; while ! cat /shared/x 2>&1; do sleep 0.1; done; exec sleep 1000"],
               "env":[{"name":"INLET_X","value":"x"}],"volumeMounts":[{"name":"v","mountPath":"/shared"},{"name":"s","mountPath":"/secret","readOnly":true}],
               "readinessProbe":{"periodSeconds":1,"exec":{"command":["/bin/cat","/shared/x"]} } },
              {"name":"b",{{Shell}},"echo shared > /data/x; uname -n; exec sleep 1000"],"volumeMounts":[{"name":"v","mountPath":"/data"}]}]}
            """);

        var pod = await run.WaitReadyAsync("p");

        var log = await run.WaitLogAsync("p", "shared");
        Assert.StartsWith("1 ", log, StringComparison.Ordinal);
        Assert.Contains(":x\nhidden\n", log, StringComparison.Ordinal);
        Assert.True(run.Options.Network.PodPrefix.Contains(IPAddress.Parse(pod.Object("status").String("podIP")!)));
        Assert.Contains((await podman.ContainersAsync()), name => name.EndsWith("-sandbox", StringComparison.Ordinal) && name.Contains(pod.Uid(), StringComparison.Ordinal));
        // Whoever connects is refused by the pod's own network, which is there: nobody answers at an address that is not.
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(pod.Object("status").String("podIP")!, 9, TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Container_that_ends_is_restarted_and_its_exit_code_told()
    {
        await using var run = await StartAsync();
        await run.CreatePodAsync("p", $$"""{"containers":[{"name":"app",{{Shell}},"echo said; exit 3"]}]}""");

        var pod = await run.WaitWaitingAsync("p", "CrashLoopBackOff");

        Assert.Equal(3, NodeRun.Container(pod).Object("lastState").Object("terminated").Integer("exitCode"));
        Assert.Equal("said\n", await run.LogsAsync("p", q => q with { Previous = true }));
    }

    [Fact]
    public async Task Container_over_its_memory_limit_is_killed_and_says_so()
    {
        await using var run = await StartAsync();
        await run.CreatePodAsync("p", $$"""{"restartPolicy":"Never","containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/usr/bin/tail","/dev/zero"],"resources":{"limits":{"memory":"32Mi"} } }]}""");

        var ended = NodeRun.Container(await run.WaitPhaseAsync("p", "Failed")).Object("state").Object("terminated");

        Assert.Equal(137, ended.Integer("exitCode"));
        Assert.Equal("OOMKilled", ended.String("reason"));
    }

    [Fact]
    public async Task Images_and_commands_that_are_not_to_be_had_say_so_and_others_go_on()
    {
        await using var run = await StartAsync();
        await run.CreatePodAsync("none", """{"containers":[{"name":"app","image":"localhost:1/no/such:1"}]}""");
        await run.CreatePodAsync("never", """{"containers":[{"name":"app","image":"no-such:1","imagePullPolicy":"Never"}]}""");
        await run.CreatePodAsync("bad", """{"containers":[{"name":"app","image":"No Such"}]}""");
        await run.CreatePodAsync("command", $$"""{"containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/no/such"]}]}""");
        await run.CreatePodAsync("good", $$"""{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/bin/sleep","1000"]}]}""");

        await run.WaitReadyAsync("good");
        await run.WaitWaitingAsync("none", "ErrImagePull");
        await run.WaitEventAsync("none", "Pulling", "localhost:1/no/such:1");
        await run.WaitEventAsync("none", "Failed", "Failed to pull image");
        await run.WaitWaitingAsync("never", "ErrImageNeverPull");
        await run.WaitWaitingAsync("bad", "InvalidImageName");
        await run.WaitEventAsync("command", "Failed", "/no/such");
    }

    [Fact]
    public async Task Command_in_a_container_is_connected_to_its_client_and_its_exit_code_told()
    {
        await using var run = await StartAsync();
        await run.CreatePodAsync("p", $$"""{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/bin/sleep","1000"]}]}""");
        var uid = (await run.WaitReadyAsync("p")).Uid();
        using var output = new MemoryStream();
        using var errors = new MemoryStream();

        var code = await run.Agent.ExecAsync(
            new PodContainer("default", "p", uid, "app"), ["/bin/sh", "-c", "cat; echo wrong >&2; exit 3"],
            new ContainerStreams { Input = new MemoryStream("typed"u8.ToArray()), Output = output, Errors = errors }, TestContext.Current.CancellationToken);

        Assert.Equal(3, code);
        Assert.Equal("typed", System.Text.Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal("wrong\n", System.Text.Encoding.UTF8.GetString(errors.ToArray()));
    }

    [Fact]
    public async Task Image_that_stands_for_a_program_of_this_machine_is_a_process_beside_the_containers_of_its_pod()
    {
        await using var run = await StartAsync(o => o with { Images = [new("tool", ["/bin/sh", "-c", "cat /proc/net/fib_trie; echo end; exec sleep 1000"])] });
        await run.CreatePodAsync("p", $$"""{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"tool:3"},{"name":"b","image":"{{PodmanService.Image}}","command":["/bin/sleep","1000"]}]}""");

        var pod = await run.WaitReadyAsync("p");

        Assert.StartsWith("process://", NodeRun.Container(pod).String("containerID"), StringComparison.Ordinal);
        Assert.StartsWith("podman://", NodeRun.Container(pod, "b").String("containerID"), StringComparison.Ordinal);
        Assert.Contains(pod.Object("status").String("podIP")!, await run.WaitLogAsync("p", "end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_that_stops_removes_its_containers_and_no_others_and_so_does_its_successor()
    {
        await using var other = await StartAsync();
        await other.CreatePodAsync("p", $$"""{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/bin/sleep","1000"]}]}""");
        var kept = (await other.WaitReadyAsync("p")).Uid();
        await using var run = await StartAsync();
        await run.CreatePodAsync("p", $$"""{"terminationGracePeriodSeconds":1,"containers":[{"name":"app","image":"{{PodmanService.Image}}","command":["/bin/sleep","1000"]}]}""");
        var gone = (await run.WaitReadyAsync("p")).Uid();

        await run.Agent.DisposeAsync();

        var left = await podman.ContainersAsync();
        Assert.DoesNotContain(left, name => name.Contains(gone, StringComparison.Ordinal));
        Assert.Equal(2, left.Count(name => name.Contains(kept, StringComparison.Ordinal)));
    }

    private async Task<NodeRun> StartAsync(Func<NodeAgentOptions, NodeAgentOptions>? more = null)
    {
        podman.Require();
        return await NodeRun.StartAsync(
            PodNetworkMode.Namespace, o => (more ?? (static x => x))(o with { Runtime = ContainerRuntimeMode.Container, EngineSocket = podman.Socket }));
    }
}

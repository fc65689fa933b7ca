using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Pods;

public sealed class LifecycleTests
{
    [Fact]
    public async Task Pod_with_a_command_runs_and_is_ready()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo hello; exec sleep 1000");

        var pod = await run.WaitReadyAsync("p");

        var status = pod.Object("status");
        Assert.Equal("Running", status.String("phase"));
        Assert.Equal("127.0.0.1", status.String("podIP"));
        Assert.NotNull(status.String("startTime"));
        var container = NodeRun.Container(pod);
        Assert.NotNull(container.Object("state").Object("running").String("startedAt"));
        Assert.True(container.Boolean("ready"));
        Assert.True(container.Boolean("started"));
        Assert.Equal(0, container.Integer("restartCount"));
        Assert.StartsWith("process://", container.String("containerID"), StringComparison.Ordinal);
        Assert.Equal(
            ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"],
            status.Objects("conditions").Select(c => c.String("type")));
        Assert.All(status.Objects("conditions"), c => Assert.Equal("True", c.String("status")));
        await run.WaitLogAsync("p", "hello\n");
        await run.WaitEventAsync("p", "Started", "Started container app");
    }

    [Fact]
    public async Task Pod_that_becomes_ready_no_longer_says_why_it_was_not()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync("p", "exec sleep 1000", $$""","readinessProbe":{"exec":{"command":["test","-e","{{flag}}"]},"periodSeconds":1}""");
        await run.WaitPodAsync("p", p => Ready(p).String("reason") == "ContainersNotReady", "pod p to say why it is not ready");

        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);

        var ready = Ready(await run.WaitReadyAsync("p"));
        Assert.Null(ready.String("reason"));
        Assert.Null(ready.String("message"));
    }

    [Fact]
    public async Task Readiness_gate_holds_a_pod_back_until_somebody_says_its_condition_is_true()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", morePod: ""","readinessGates":[{"conditionType":"example.com/lane"}]""");
        var waiting = await run.WaitPodAsync("p", p => NodeRun.Condition(p, "ContainersReady") == "True", "the containers to be ready");
        Assert.Equal("ReadinessGatesNotReady", Ready(waiting).String("reason"));

        var condition = JsonNode.Parse("""{"status":{"conditions":[{"type":"example.com/lane","status":"True"}]}}""")!;
        await run.Api.PatchAsync(ResourceTypes.Pods, "default", "p", PatchKind.StrategicMerge, condition, WriteQuery.Status, TestContext.Current.CancellationToken);

        Assert.Equal("True", NodeRun.Condition(await run.WaitReadyAsync("p"), "example.com/lane"));
    }

    [Fact]
    public async Task Pod_that_never_restarts_ends_succeeded_or_failed()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("good", "exit 0", morePod: ""","restartPolicy":"Never" """);
        await run.CreateShellPodAsync("bad", "exit 3", morePod: ""","restartPolicy":"Never" """);

        var good = NodeRun.Container(await run.WaitPhaseAsync("good", "Succeeded")).Object("state").Object("terminated");
        Assert.Equal(0, good.Integer("exitCode"));
        Assert.Equal("Completed", good.String("reason"));
        var bad = NodeRun.Container(await run.WaitPhaseAsync("bad", "Failed")).Object("state").Object("terminated");
        Assert.Equal(3, bad.Integer("exitCode"));
        Assert.Equal("Error", bad.String("reason"));
    }

    [Fact]
    public async Task Container_a_signal_ends_reports_128_and_the_signal()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "kill -9 $$$$", morePod: ""","restartPolicy":"Never" """);

        var ended = NodeRun.Container(await run.WaitPhaseAsync("p", "Failed")).Object("state").Object("terminated");

        Assert.Equal(137, ended.Integer("exitCode"));
        Assert.Equal(9, ended.Integer("signal"));
    }

    [Fact]
    public async Task Container_that_fails_is_restarted_at_once_and_then_backs_off()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo run; exit 1");

        var container = NodeRun.Container(await run.WaitWaitingAsync("p", "CrashLoopBackOff"));

        Assert.Equal(1, container.Integer("restartCount"));
        Assert.Equal(1, container.Object("lastState").Object("terminated").Integer("exitCode"));
        Assert.StartsWith("back-off 10s restarting failed container=app pod=p_default(", container.Object("state").Object("waiting").String("message"), StringComparison.Ordinal);
        await run.WaitEventAsync("p", "BackOff", "Back-off restarting failed container");
    }

    [Fact]
    public async Task Restart_on_failure_ends_with_success()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync("p", $"test -e {flag} && exit 0; touch {flag}; exit 1", morePod: ""","restartPolicy":"OnFailure" """);

        var pod = await run.WaitPhaseAsync("p", "Succeeded");

        Assert.Equal(1, NodeRun.Container(pod).Integer("restartCount"));
    }

    [Fact]
    public async Task Deleted_pod_gets_a_signal_and_goes_with_all_its_processes()
    {
        await using var run = await NodeRun.StartAsync();
        var ended = Path.Combine(run.Root, "ended");
        var child = Path.Combine(run.Root, "child");
        // The second child leaves the session: killing the group alone would miss it.
        await run.CreateShellPodAsync("p", $"trap 'echo bye > {ended}; exit 0' TERM; sleep 1001 & setsid sleep 1002 & echo $! > {child}; echo up; while :; do sleep 0.05; done");
        await run.WaitLogAsync("p", "up");
        var uid = (await run.GetPodAsync("p")).Uid();
        // A child that has not started its program yet still shows its parent's.
        await Wait.UntilAsync(() => Processes.OfPod(uid).Count >= 3, "the children to run");

        await run.DeletePodAsync("p");
        await run.WaitGoneAsync("p");

        Assert.Equal("bye\n", await File.ReadAllTextAsync(ended, TestContext.Current.CancellationToken));
        Assert.Empty(Processes.OfPod(uid));
        Assert.False(Directory.Exists(Path.Combine(run.NodeRoot, "pods", uid)));
        Assert.False(Directory.Exists(Path.Combine(run.NodeRoot, "logs", uid)));
        await run.WaitEventAsync("p", "Killing", "Stopping container app");
    }

    [Fact]
    public async Task Process_that_ignores_the_signal_is_killed_after_the_grace_period()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "trap '' TERM; echo up; while :; do sleep 0.05; done");
        await run.WaitLogAsync("p", "up");

        await run.DeletePodAsync("p", grace: 1);

        await run.WaitGoneAsync("p");
    }

    [Fact]
    public async Task Missing_executable_is_a_start_error_and_others_go_on()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreatePodAsync("p", """{"containers":[{"name":"app","command":["no-such-program"]},{"name":"other","command":["sleep","1000"]}]}""");

        var pod = await run.WaitWaitingAsync("p", "CrashLoopBackOff");

        var last = NodeRun.Container(pod).Object("lastState").Object("terminated");
        Assert.Equal("StartError", last.String("reason"));
        Assert.Equal(128, last.Integer("exitCode"));
        Assert.Equal(last.String("finishedAt"), last.String("startedAt"));
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", last.String("message"), StringComparison.Ordinal);
        Assert.True(NodeRun.Container(pod, "other").Boolean("ready"));
        await run.WaitEventAsync("p", "Failed", "executable file not found in $PATH");
    }

    [Fact]
    public async Task Container_without_a_command_says_what_to_do()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreatePodAsync("p", """{"containers":[{"name":"app","image":"nginx:1.27"}]}""");

        var pod = await run.WaitWaitingAsync("p", "ErrImageNeverPull");

        Assert.Contains("Set command to a program of this machine, or say what the image means: inlet up --image 'nginx:1.27=COMMAND'", NodeRun.Container(pod).Object("state").Object("waiting").String("message"), StringComparison.Ordinal);
        Assert.Equal("nginx:1.27", NodeRun.Container(pod).String("image"));
        await run.WaitEventAsync("p", "ErrImageNeverPull", "nginx:1.27");
    }

    [Fact]
    public async Task Init_containers_run_in_order_before_the_others()
    {
        await using var run = await NodeRun.StartAsync();
        var file = Path.Combine(run.Root, "order");
        await run.CreatePodAsync("p", $$"""
            {"initContainers":[{"name":"one","command":["/bin/sh","-c","sleep 0.1; echo one >> {{file}}"]},{"name":"two","command":["/bin/sh","-c","echo two >> {{file}}"]}],
             "containers":[{"name":"app","command":["/bin/sh","-c","echo app >> {{file}}; exec sleep 1000"]}]}
            """);

        var pod = await run.WaitReadyAsync("p");
        await Wait.UntilAsync(() => File.ReadAllText(file) == "one\ntwo\napp\n", "the three to have written");

        Assert.Equal("Completed", NodeRun.Container(pod, "one").Object("state").Object("terminated").String("reason"));
        Assert.True(NodeRun.Container(pod, "two").Boolean("ready"));
    }

    [Fact]
    public async Task Failed_init_container_of_a_pod_that_never_restarts_fails_the_pod()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreatePodAsync("p", """
            {"restartPolicy":"Never","initContainers":[{"name":"one","command":["/bin/sh","-c","exit 1"]}],"containers":[{"name":"app","command":["sleep","1000"]}]}
            """);

        var pod = await run.WaitPhaseAsync("p", "Failed");

        Assert.Equal("PodInitializing", NodeRun.Container(pod).Object("state").Object("waiting").String("reason"));
    }

    [Fact]
    public async Task Sidecar_starts_first_and_outlives_the_others()
    {
        await using var run = await NodeRun.StartAsync();
        var file = Path.Combine(run.Root, "order");
        await run.CreatePodAsync("p", $$"""
            {"terminationGracePeriodSeconds":5,
             "initContainers":[{"name":"side","restartPolicy":"Always","command":["/bin/sh","-c","trap 'echo side-end >> {{file}}; exit 0' TERM; echo side >> {{file}}; while :; do sleep 0.02; done"]}],
             "containers":[{"name":"app","command":["/bin/sh","-c","trap 'echo app-end >> {{file}}; exit 0' TERM; echo app >> {{file}}; while :; do sleep 0.02; done"]}]}
            """);
        await run.WaitReadyAsync("p");
        await Wait.UntilAsync(() => File.Exists(file) && File.ReadAllLines(file).Length == 2, "both to have started");

        await run.DeletePodAsync("p");
        await run.WaitGoneAsync("p");

        Assert.Equal(["app-end", "side-end"], (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[2..]);
    }

    [Fact]
    public async Task Hooks_run_after_start_and_before_the_end()
    {
        await using var run = await NodeRun.StartAsync();
        var file = Path.Combine(run.Root, "hooks");
        await run.CreateShellPodAsync(
            "p", $"trap 'echo term >> {file}; exit 0' TERM; while :; do sleep 0.02; done",
            $$$$""","lifecycle":{"postStart":{"exec":{"command":["/bin/sh","-c","echo started >> {{{{file}}}}"]}},"preStop":{"exec":{"command":["/bin/sh","-c","echo stopping >> {{{{file}}}}"]}}}""");
        await run.WaitReadyAsync("p");

        await run.DeletePodAsync("p");
        await run.WaitGoneAsync("p");

        Assert.Equal(["started", "stopping", "term"], await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Deadline_of_the_pod_fails_it()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", morePod: ""","activeDeadlineSeconds":1""");

        var pod = await run.WaitPhaseAsync("p", "Failed");

        Assert.Equal("DeadlineExceeded", pod.Object("status").String("reason"));
    }

    private static JsonObject Ready(JsonObject pod) =>
        pod.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == "Ready") ?? [];
}

using System.Text.Json.Nodes;
using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>Pods that cannot run, in every way there is: each says why, the others go on, and nothing stays on the machine.</summary>
public sealed class PodFaultsTests
{
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: no-command}
        spec: {containers: [{name: app, image: x, command: [no-such-program]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: no-image}
        spec: {containers: [{name: app, image: "nowhere:1"}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: no-volume}
        spec:
          containers: [{name: app, image: x, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /data}]}]
          volumes: [{name: v, secret: {secretName: missing}}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: no-room}
        spec: {containers: [{name: app, image: x, command: [sleep, "1000"], resources: {requests: {cpu: "1000"}}}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: no-memory}
        spec:
          restartPolicy: Never
          containers: [{name: app, image: x, command: [tail, /dev/zero], resources: {limits: {memory: 32Mi}}}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: image}
        spec: {containers: [{name: app, image: "web:2", args: ["--port=8080"]}]}
        """;

    [Fact]
    public async Task Every_pod_that_cannot_run_says_why_and_the_others_run()
    {
        using var directory = new TemporaryDirectory();
        var machine = MachineState.Now();
        var images = directory.Write("images", "# what stands for an image\nweb=inlet demo --name=web\n");
        var inlet = await InletUp.StartAsync(["--image-file", images], directory.Path);
        await inlet.KubectlAsync("apply -f -", Pods);

        await HoldsAsync(inlet, "image", "web is ready", static pod => pod["status"]!["containerStatuses"]?[0]?["ready"]?.GetValue<bool>() == true);
        await HoldsAsync(inlet, "no-command", "it backs off", static pod => Waiting(pod) == "CrashLoopBackOff");
        await HoldsAsync(inlet, "no-image", "its image means nothing", static pod => Waiting(pod) == "ErrImageNeverPull");
        await HoldsAsync(inlet, "no-room", "it is not scheduled", static pod => (string?)pod["status"]!["conditions"]?[0]?["reason"] == "Unschedulable");
        await HoldsAsync(inlet, "no-memory", "it has ended", static pod => (string?)pod["status"]!["phase"] == "Failed");
        await EventAsync(inlet, "no-command", "executable file not found in $PATH");
        await EventAsync(inlet, "no-image", "--image 'nowhere:1=COMMAND'");
        await EventAsync(inlet, "no-volume", "secret \"missing\" not found");
        var described = await inlet.KubectlAsync("describe pod no-command");
        Assert.DoesNotContain("0001", described, StringComparison.Ordinal);
        Assert.Contains("StartError", described, StringComparison.Ordinal);
        Assert.Contains("no-memory   0/1     OOMKilled", await inlet.KubectlAsync("get pod no-memory"), StringComparison.Ordinal);

        Assert.Equal(0, await inlet.StopAsync());
        MachineState.Now().AssertNothingMoreThan(machine);
    }

    private static async Task HoldsAsync(InletUp inlet, string pod, string what, Func<JsonObject, bool> condition) =>
        await Eventually.HoldsAsync($"pod {pod}: {what}", async () => condition(await inlet.GetAsync($"pod {pod}")), inlet.Describe);

    private static Task EventAsync(InletUp inlet, string pod, string message) => Eventually.HoldsAsync(
        $"an Event of {pod} says {message}",
        async () => (await inlet.KubectlAsync($"describe pod {pod}")).Contains(message, StringComparison.Ordinal));

    private static string? Waiting(JsonObject pod) => (string?)pod["status"]!["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"];
}

using System.Text.Json.Nodes;
using CsCheck;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

/// <summary>Whatever is done in whatever order, with or without waiting, ends where a single apply of the last state would.</summary>
public sealed class ConvergenceTests
{
    private static readonly Gen<Edit> GenEdit = Gen.Frequency(
        (4, Gen.Int[0, 6].Select(replicas => new Edit("scale", replicas))),
        (4, Gen.Int[1, 4].Select(version => new Edit("version", version))),
        (1, Gen.Int[0, 1].Select(on => new Edit("pause", on))),
        (1, Gen.Int[0, 1].Select(on => new Edit("recreate", on))),
        (2, Gen.Int[0, 5].Select(index => new Edit("delete pod", index))),
        (2, Gen.Int[0, 5].Select(index => new Edit("fail pod", index))),
        (2, Gen.Int[0, 5].Select(index => new Edit("relabel pod", index))),
        (1, Gen.Int[0, 5].Select(index => new Edit("unready pod", index))),
        (1, Gen.Int[0, 2].Select(index => new Edit("delete replica set", index))),
        (1, Gen.Const(new Edit("restart", 0))),
        (1, Gen.Int[0, 1].Select(on => new Edit("selector", on))));

    private sealed record Edit(string What, int Value);

    [Fact]
    public async Task Random_edits_always_end_in_the_state_asked_for()
    {
        await GenEdit.Array[1, 15].SampleAsync(RunAsync, iter: 12, threads: 1);
    }

    private static async Task RunAsync(Edit[] edits)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Deployments, Given.Deployment("web", 3));
        await cluster.CreateAsync(ResourceTypes.Services, Given.Service("web", "web"));
        var wanted = new Wanted(3, 1, "web");
        foreach (var edit in edits)
        {
            wanted = await ApplyAsync(cluster, edit, wanted);
        }

        await cluster.PatchAsync(ResourceTypes.Deployments, "web", """{"spec":{"paused":false} }""");
        foreach (var pod in (await cluster.ListAsync(ResourceTypes.Pods)).Where(pod => Controller(pod) is null))
        {
            await TryAsync(() => cluster.DeleteAsync(ResourceTypes.Pods, pod.Name()));
        }

        await MakeAllReadyAsync(cluster);
        await cluster.UntilAsync(ResourceTypes.Deployments, "web", d => IsAt(d, wanted.Replicas));
        var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count(p => p.Labels().String("app") == "web" && IsRunning(p)) == wanted.Replicas);
        Assert.All(pods.Where(p => p.Labels().String("app") == "web" && IsRunning(p)), p => Assert.Equal($"web:{wanted.Version}", Image(p)));
        await cluster.UntilListAsync(ResourceTypes.EndpointSlices, slices => slices.SelectMany(s => s.Objects("endpoints")).Count(e => e.Object("conditions").Boolean("ready") == true)
            == (wanted.Selector == "web" ? wanted.Replicas : 0), "kubernetes.io/service-name=web");
    }

    private sealed record Wanted(int Replicas, int Version, string Selector);

    private static async Task<Wanted> ApplyAsync(TestCluster cluster, Edit edit, Wanted wanted)
    {
        switch (edit.What)
        {
            case "scale":
                await cluster.PatchAsync(ResourceTypes.Deployments, "web", $$"""{"spec":{"replicas":{{edit.Value}} } }""");
                return wanted with { Replicas = edit.Value };
            case "version":
                await cluster.PatchAsync(ResourceTypes.Deployments, "web", Given.Version($"{edit.Value}"));
                return wanted with { Version = edit.Value };
            case "pause":
                await cluster.PatchAsync(ResourceTypes.Deployments, "web", $$"""{"spec":{"paused":{{(edit.Value == 1 ? "true" : "false")}} } }""");
                return wanted;
            case "recreate":
                await cluster.PatchAsync(ResourceTypes.Deployments, "web", edit.Value == 1
                    ? """{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null} } }"""
                    : """{"spec":{"strategy":{"type":"RollingUpdate"} } }""");
                return wanted;
            case "selector":
                var selector = edit.Value == 1 ? "web" : "nothing";
                await cluster.PatchAsync(ResourceTypes.Services, "web", $$"""{"spec":{"selector":{"app":"{{selector}}"} } }""");
                return wanted with { Selector = selector };
            case "restart":
                await cluster.StopControllersAsync();
                cluster.StartControllers();
                return wanted;
            case "delete replica set":
                if (At(await cluster.ListAsync(ResourceTypes.ReplicaSets), edit.Value) is { } set)
                {
                    await TryAsync(() => cluster.DeleteAsync(ResourceTypes.ReplicaSets, set.Name()));
                }

                return wanted;
            default:
                if (At(await cluster.ListAsync(ResourceTypes.Pods), edit.Value) is { } pod)
                {
                    await TryAsync(() => ChangePodAsync(cluster, edit.What, pod));
                }

                return wanted;
        }
    }

    private static Task ChangePodAsync(TestCluster cluster, string what, JsonObject pod) => what switch
    {
        "delete pod" => cluster.DeleteAsync(ResourceTypes.Pods, pod.Name()),
        "fail pod" => cluster.Kubelet!.FinishAsync(pod, "Failed"),
        "unready pod" => cluster.Kubelet!.SetReadyAsync(pod, ready: false),
        _ => cluster.PatchAsync(ResourceTypes.Pods, pod.Name(), """{"metadata":{"labels":{"app":"debug"} } }"""),
    };

    private static async Task MakeAllReadyAsync(TestCluster cluster)
    {
        foreach (var pod in await cluster.ListAsync(ResourceTypes.Pods))
        {
            if (pod.Object("status").String("phase") == "Running" && !IsReady(pod))
            {
                await TryAsync(() => cluster.Kubelet!.SetReadyAsync(pod));
            }
        }
    }

    private static bool IsAt(JsonObject? d, int replicas)
    {
        var status = d.Object("status");
        return status.Integer("observedGeneration") == d!.Metadata().Integer("generation") && (status.Integer("replicas") ?? 0) == replicas
            && (status.Integer("updatedReplicas") ?? 0) == replicas && (status.Integer("availableReplicas") ?? 0) == replicas
            && status.Objects("conditions").Any(c => c.String("reason") == "NewReplicaSetAvailable");
    }

    // Between being looked up and being changed, it may have gone.
    private static async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
        }
    }

    private static JsonObject? At(IReadOnlyList<JsonObject> objects, int index) => objects.Count == 0 ? null : objects[index % objects.Count];

    private static bool IsRunning(JsonObject pod) => pod.Object("status").String("phase") is "Running" or "Pending" && !pod.IsBeingDeleted();
}

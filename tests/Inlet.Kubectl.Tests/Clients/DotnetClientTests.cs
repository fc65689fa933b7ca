using System.Text;

using Inlet.Kubectl.Tests.Harness;
using k8s;
using k8s.Models;

namespace Inlet.Kubectl.Tests.Clients;

/// <summary>The C# client library (NuGet KubernetesClient) finds what it expects of a cluster.</summary>
public sealed class DotnetClientTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Objects_are_created_patched_applied_listed_and_deleted()
    {
        using var client = Client();
        var cancel = TestContext.Current.CancellationToken;
        var made = await client.CoreV1.CreateNamespacedConfigMapAsync(Map("objects", ("a", "1")), "default", cancellationToken: cancel);
        Assert.False(string.IsNullOrEmpty(made.Metadata.Uid));
        var patched = await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"data":{"b":"2"}}""", V1Patch.PatchType.StrategicMergePatch), "objects", "default", cancellationToken: cancel);
        Assert.Equal(["a", "b"], patched.Data.Keys.Order());
        var applied = await client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"objects"},"data":{"c":"3"}}""", V1Patch.PatchType.ApplyPatch),
            "objects", "default", fieldManager: "tests", cancellationToken: cancel);
        Assert.Contains(applied.Metadata.ManagedFields, f => f.Manager == "tests" && f.Operation == "Apply");
        var list = await client.CoreV1.ListNamespacedConfigMapAsync("default", fieldSelector: "metadata.name=objects", cancellationToken: cancel);
        Assert.Single(list.Items);
        await client.CoreV1.DeleteNamespacedConfigMapAsync("objects", "default", cancellationToken: cancel);
        var gone = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(
            () => client.CoreV1.ReadNamespacedConfigMapAsync("objects", "default", cancellationToken: cancel));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task Watch_tells_every_change_in_order()
    {
        using var client = Client();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var start = (await client.CoreV1.ListNamespacedConfigMapAsync("default", cancellationToken: limit.Token)).Metadata.ResourceVersion;
        await client.CoreV1.CreateNamespacedConfigMapAsync(Map("watched", ("n", "0")), "default", cancellationToken: limit.Token);
        await client.CoreV1.ReplaceNamespacedConfigMapAsync(Map("watched", ("n", "1")), "watched", "default", cancellationToken: limit.Token);
        await client.CoreV1.DeleteNamespacedConfigMapAsync("watched", "default", cancellationToken: limit.Token);
        var seen = new List<string>();
        await foreach (var (type, map) in client.CoreV1.WatchListNamespacedConfigMapAsync(
            "default", fieldSelector: "metadata.name=watched", resourceVersion: start, cancellationToken: limit.Token))
        {
            seen.Add($"{type} {map.Data["n"]}");
            if (type == WatchEventType.Deleted)
            {
                break;
            }
        }

        Assert.Equal(["Added 0", "Modified 1", "Deleted 1"], seen);
    }

    [Fact]
    public async Task Exec_has_both_streams_and_the_exit_code()
    {
        using var client = Client();
        var pod = await cluster.PodAsync("dotnet");
        var (output, errors) = ("", "");
        var code = await client.NamespacedPodExecAsync(
            pod, "default", "app", ["sh", "-c", "echo out; echo err >&2; exit 5"], tty: false,
            async (_, stdout, stderr) =>
            {
                (output, errors) = (await new StreamReader(stdout).ReadToEndAsync(), await new StreamReader(stderr).ReadToEndAsync());
            },
            TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((5, "out\n", "err\n"), (code, output, errors));
    }

    [Fact]
    public async Task Port_forward_reaches_the_pod()
    {
        using var client = Client();
        using var target = new EchoServer();
        var pod = await cluster.PodAsync("dotnet-forward");
        using var socket = await client.WebSocketNamespacedPodPortForwardAsync(
            pod, "default", [target.Port], WebSocketProtocol.V4BinaryWebsocketProtocol, cancellationToken: TestContext.Current.CancellationToken);
        using var demuxer = new StreamDemuxer(socket, StreamType.PortForward);
        demuxer.Start();
        var stream = demuxer.GetStream((byte?)0, (byte?)0);
        var sent = Encoding.ASCII.GetBytes("hello through the tunnel");
        await stream.WriteAsync(sent, TestContext.Current.CancellationToken);
        var received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(sent, received);
    }

    private k8s.Kubernetes Client() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.Cluster.KubeconfigPath));

    private static V1ConfigMap Map(string name, params (string Key, string Value)[] data) =>
        new() { Metadata = new() { Name = name }, Data = data.ToDictionary(d => d.Key, d => d.Value) };
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Node;
using Inlet.Local.Store;
using Inlet.Local.Tests.Node.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Harness;

/// <summary>A store, an API and a node agent over a directory of its own, with pods made straight onto the node.</summary>
internal sealed class NodeRun : IAsyncDisposable
{
    private const string NodeName = "test-node";

    private readonly string _root;
    private readonly DataDirectory _directory;
    private readonly ObjectStore _store;

    private NodeRun(string root, DataDirectory directory, ObjectStore store, NodeAgentOptions options)
    {
        (_root, _directory, _store, Options) = (root, directory, store, options);
        Api = new InProcessApi(new ApiCore(store, ResourceCatalog.Builtin, new ApiCoreOptions { ServiceNetwork = options.Network.ServicePrefix }, TimeProvider.System));
        Agent = NewAgent();
    }

    public NodeAgentOptions Options { get; }

    public InProcessApi Api { get; }

    public NodeAgent Agent { get; private set; }

    public string Root => _root;

    /// <summary>Where the agent keeps things.</summary>
    public string NodeRoot => Path.Combine(Options.DataDirectory, "node");

    public static async Task<NodeRun> StartAsync(PodNetworkMode mode = PodNetworkMode.Host, Func<NodeAgentOptions, NodeAgentOptions>? configure = null)
    {
        var (root, data, network) = NewDirectory(mode);
        var directory = DataDirectory.Open(data);
        var options = new NodeAgentOptions
        {
            NodeName = NodeName,
            DataDirectory = data,
            Network = network,
            ApiServer = new IPEndPoint(IPAddress.Loopback, 6443),
            HttpPort = -1,
            HttpsPort = -1,
        };
        var run = new NodeRun(root, directory, ObjectStore.Open(directory), configure?.Invoke(options) ?? options);
        foreach (var ns in (string[])["default", "kube-node-lease"])
        {
            await run.Api.CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } }, WriteQuery.Default, default);
        }

        await run.Agent.StartAsync(TestContext.Current.CancellationToken);
        return run;
    }

    /// <summary>One whose addresses no other test has: they are made from its name.</summary>
    private static (string Root, string Data, NodeNetwork Network) NewDirectory(PodNetworkMode mode)
    {
        while (true)
        {
            var root = Directory.CreateTempSubdirectory("inlet-node-").FullName;
            var data = Path.Combine(root, "data");
            var network = NodeNetwork.Plan(data, mode);
            if (network.Mode == PodNetworkMode.Host || TestNetwork.Claim(network))
            {
                return (root, data, network);
            }

            Directory.Delete(root);
        }
    }

    /// <summary>The agent ends properly, and another takes its place over the same directory.</summary>
    public async Task RestartAgentAsync()
    {
        await Agent.DisposeAsync();
        await StartAgentAsync();
    }

    public async Task StartAgentAsync()
    {
        Agent = NewAgent();
        await Agent.StartAsync(TestContext.Current.CancellationToken);
    }

    public NodeAgent NewAgent() => new(Options, Api, NullLoggerFactory.Instance, TimeProvider.System);

    /// <summary>Creates a pod on the node.</summary>
    /// <param name="spec">JSON of the pod's spec; <c>image</c> and <c>nodeName</c> are filled in.</param>
    public Task<JsonObject> CreatePodAsync(string name, string spec, JsonObject? metadata = null)
    {
        var parsed = JsonNode.Parse(spec)!.AsObject();
        parsed["nodeName"] = NodeName;
        foreach (var container in parsed.Objects("containers").Concat(parsed.Objects("initContainers")))
        {
            container["image"] ??= "process";
        }

        var pod = new JsonObject { ["metadata"] = metadata ?? [], ["spec"] = parsed };
        pod["metadata"]!["name"] = name;
        return Api.CreateAsync(ResourceTypes.Pods, "default", pod, WriteQuery.Default, TestContext.Current.CancellationToken);
    }

    /// <summary>A pod of one container that runs a shell script.</summary>
    /// <param name="more">Members of the container, as JSON members with a leading comma.</param>
    /// <param name="morePod">Members of the pod's spec, likewise.</param>
    public Task<JsonObject> CreateShellPodAsync(string name, string script, string more = "", string morePod = "", JsonObject? metadata = null) => CreatePodAsync(
        name,
        $$"""{"terminationGracePeriodSeconds":5,"containers":[{"name":"app","command":["/bin/sh","-c",{{JsonValue.Create(script).ToJsonString()}}]{{more}}}]{{morePod}}}""",
        metadata);

    public Task<JsonObject> CreateAsync(ResourceType type, string json) =>
        Api.CreateAsync(type, "default", JsonNode.Parse(json)!.AsObject(), WriteQuery.Default, TestContext.Current.CancellationToken);

    public Task PatchAsync(ResourceType type, string name, string merge) =>
        Api.PatchAsync(type, "default", name, PatchKind.Merge, JsonNode.Parse(merge)!, WriteQuery.Default, TestContext.Current.CancellationToken);

    public Task<JsonObject> GetPodAsync(string name) => Api.GetAsync(ResourceTypes.Pods, "default", name, TestContext.Current.CancellationToken);

    public Task DeletePodAsync(string name, int? grace = null) =>
        Api.DeleteAsync(ResourceTypes.Pods, "default", name, new DeleteQuery(GracePeriodSeconds: grace), TestContext.Current.CancellationToken);

    public Task<JsonObject> WaitPodAsync(string name, Func<JsonObject, bool> condition, string what) => Wait.ForAsync(
        async () => await GetPodAsync(name) is var pod && condition(pod) ? pod : null, what, () => DescribeAsync(name));

    public Task<JsonObject> WaitReadyAsync(string name) =>
        WaitPodAsync(name, p => Condition(p, "Ready") == "True", $"pod {name} to be ready");

    public Task<JsonObject> WaitPhaseAsync(string name, string phase) =>
        WaitPodAsync(name, p => p.Object("status").String("phase") == phase, $"pod {name} to be {phase}");

    public Task<JsonObject> WaitWaitingAsync(string name, string reason) =>
        WaitPodAsync(name, p => Container(p).Object("state").Object("waiting").String("reason") == reason, $"pod {name} to wait for {reason}");

    public Task WaitGoneAsync(string name) => Wait.ForAsync<object>(
        async () =>
        {
            try
            {
                await GetPodAsync(name);
                return null;
            }
            catch (KubernetesApiException e) when (e.IsNotFound)
            {
                return new object();
            }
        },
        $"pod {name} to be gone");

    public static JsonObject Container(JsonObject pod, string name = "app") =>
        pod.Object("status").Objects("containerStatuses").Concat(pod.Object("status").Objects("initContainerStatuses")).FirstOrDefault(c => c.String("name") == name) ?? [];

    public static string? Condition(JsonObject pod, string type) =>
        pod.Object("status").Objects("conditions").FirstOrDefault(c => c.String("type") == type).String("status");

    /// <summary>Waits until the agent knows that Services send to an address.</summary>
    public Task WaitServingAsync(string address) => Wait.UntilAsync(() => Agent.Serving.Contains(IPAddress.Parse(address)), $"{address} to be an endpoint");

    public async Task<IReadOnlyList<JsonObject>> EventsAsync(string pod)
    {
        var list = await Api.ListAsync(
            ResourceTypes.Events, "default", new ListQuery(FieldSelector: $"involvedObject.name={pod}"), TestContext.Current.CancellationToken);
        return list.Items;
    }

    public Task<JsonObject> WaitEventAsync(string pod, string reason, string message = "") => Wait.ForAsync(
        async () => (await EventsAsync(pod)).FirstOrDefault(
            e => e.String("reason") == reason && e.String("message")!.Contains(message, StringComparison.Ordinal)),
        $"an Event {reason} of {pod} with '{message}'",
        () => DescribeAsync(pod));

    public async Task<string> LogsAsync(string pod, Func<PodLogQuery, PodLogQuery>? configure = null, string container = "app")
    {
        var uid = (await GetPodAsync(pod)).Uid();
        var query = new PodLogQuery("default", pod, uid, container, false, false, false, null, null, null);
        using var output = new MemoryStream();
        await Agent.WriteAsync(configure?.Invoke(query) ?? query, output, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Waits until the log holds a text, and answers the whole of it.</summary>
    public Task<string> WaitLogAsync(string pod, string text, string container = "app") => Wait.ForAsync(
        async () =>
        {
            try
            {
                return await LogsAsync(pod, container: container) is var log && log.Contains(text, StringComparison.Ordinal) ? log : null;
            }
            catch (KubernetesApiException)
            {
                return null;
            }
        },
        $"the log of {pod} to say '{text}'",
        () => DescribeAsync(pod));

    private async Task<string?> DescribeAsync(string pod) =>
        $"{(await GetPodAsync(pod))["status"]!.ToJsonString()}\n{string.Join('\n', (await EventsAsync(pod)).Select(e => $"{e.String("reason")}: {e.String("message")}"))}";

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}

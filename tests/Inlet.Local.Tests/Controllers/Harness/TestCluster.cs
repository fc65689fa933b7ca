using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Controllers;
using Inlet.Local.Store;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Tests.Controllers;

/// <summary>The real API and store in a directory of their own, with the real controllers running against them, and a node played by the test.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Node = "inlet";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly DataDirectory _directory;
    private readonly ObjectStore _store;
    private readonly ControllerOptions _options;
    private readonly CollectingLoggers _loggers = new();
    private readonly TimeProvider _time;
    private readonly IKubernetesApi _controllersApi;
    private CancellationTokenSource? _stopManager;
    private Task _manager = Task.CompletedTask;

    private TestCluster(string path, ControllerOptions options, TimeProvider time, TimeSpan watchLag)
    {
        _path = path;
        _options = options;
        _time = time;
        _directory = DataDirectory.Open(path);
        _store = ObjectStore.Open(_directory);
        Api = new InProcessApi(new ApiCore(_store, ResourceCatalog.Builtin, new ApiCoreOptions(), time));
        _controllersApi = watchLag > TimeSpan.Zero ? new SlowWatchApi(Api, watchLag) : Api;
    }

    public IKubernetesApi Api { get; }

    /// <summary>The node, once <see cref="StartNodeAsync"/> made it.</summary>
    public TestNode? Kubelet { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>With controllers and, unless told otherwise, a node that makes every pod ready at once; namespace <c>default</c> is there.</summary>
    /// <param name="watchLag">How late the controllers, not the test, see each change.</param>
    public static async Task<TestCluster> StartAsync(
        ControllerOptions? options = null, bool node = true, TimeProvider? time = null, TimeSpan watchLag = default)
    {
        var path = Path.Combine(Path.GetTempPath(), $"inlet-controllers-{Guid.NewGuid():N}");
        var cluster = new TestCluster(path, options ?? new ControllerOptions { NodeName = Node }, time ?? TimeProvider.System, watchLag);
        if (node)
        {
            await cluster.StartNodeAsync();
        }

        cluster.StartControllers();
        await cluster.UntilAsync(ResourceTypes.ServiceAccounts, "default", account => account is not null);
        return cluster;
    }

    public void StartControllers(ControllerOptions? options = null)
    {
        _stopManager = new CancellationTokenSource();
        var manager = new ControllerManager(_controllersApi, options ?? _options, _loggers, _time);
        _manager = Task.Run(() => manager.RunAsync(_stopManager.Token));
    }

    public async Task StopControllersAsync()
    {
        await _stopManager!.CancelAsync();
        await _manager;
        _stopManager.Dispose();
        _stopManager = null;
    }

    public async Task<TestNode> StartNodeAsync()
    {
        await Api.CreateAsync(ResourceTypes.Nodes, null, Json($$"""
            {"metadata":{"name":"{{Node}}","labels":{"kubernetes.io/hostname":"{{Node}}"} },
             "status":{"conditions":[{"type":"Ready","status":"True"}],"allocatable":{"cpu":"4","memory":"8Gi","pods":"1000"} } }
            """), WriteQuery.Default, Cancellation);
        return Kubelet = new TestNode(Api, _time);
    }

    public Task<JsonObject> CreateAsync(ResourceType type, JsonObject obj) =>
        Api.CreateAsync(type, type.Namespaced ? (obj.Namespace() is { Length: > 0 } ns ? ns : "default") : null, obj, WriteQuery.Default, Cancellation);

    public Task<JsonObject> CreateAsync(ResourceType type, string json) => CreateAsync(type, Json(json));

    public Task<JsonObject> PatchAsync(ResourceType type, string name, string json, string ns = "default", string? subresource = null) =>
        Api.PatchAsync(type, type.Namespaced ? ns : null, name, PatchKind.Merge, JsonNode.Parse(json)!, new WriteQuery(subresource), Cancellation);

    public Task DeleteAsync(ResourceType type, string name, string? policy = null, string ns = "default") =>
        Api.DeleteAsync(type, type.Namespaced ? ns : null, name, new DeleteQuery(policy), Cancellation);

    public async Task<JsonObject?> FindAsync(ResourceType type, string name, string ns = "default")
    {
        try
        {
            return await Api.GetAsync(type, type.Namespaced ? ns : null, name, Cancellation);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<JsonObject>> ListAsync(ResourceType type, string? selector = null, string? ns = "default") =>
        (await Api.ListAsync(type, type.Namespaced ? ns : null, new ListQuery(selector), Cancellation)).Items;

    /// <summary>Waits until the object (null: there is none) is as wanted; fails with its last state.</summary>
    public async Task<JsonObject?> UntilAsync(ResourceType type, string name, Func<JsonObject?, bool> wanted, string ns = "default")
    {
        JsonObject? last = null;
        await UntilAsync(async () => wanted(last = await FindAsync(type, name, ns)), () => $"{type} {name}: {last?.ToJsonString() ?? "absent"}");
        return last;
    }

    /// <summary>Waits until the objects listed are as wanted; fails with their last state.</summary>
    public async Task<IReadOnlyList<JsonObject>> UntilListAsync(
        ResourceType type, Func<IReadOnlyList<JsonObject>, bool> wanted, string? selector = null, string ns = "default")
    {
        IReadOnlyList<JsonObject> last = [];
        await UntilAsync(async () => wanted(last = await ListAsync(type, selector, ns)), () => $"{type}: {string.Join('\n', last.Select(o => o.ToJsonString()))}");
        return last;
    }

    /// <summary>Looks again and again, as nothing tells a test that a state holds; fails after a generous time.</summary>
    public async Task UntilAsync(Func<Task<bool>> reached, Func<string> describe)
    {
        var until = DateTime.UtcNow + Patience;
        while (!await reached())
        {
            Assert.True(DateTime.UtcNow < until, $"still not so: {describe()}\nlog:\n{string.Join('\n', _loggers.Lines)}");
            await Task.Delay(10, Cancellation);
        }
    }

    /// <summary>The messages of the Events about an object with this reason, once there are at least as many as wanted.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync(string about, string reason, int atLeast = 1)
    {
        var events = await UntilListAsync(ResourceTypes.Events, all => Matching(all).Count >= atLeast);
        return Matching(events);

        List<string> Matching(IReadOnlyList<JsonObject> all) =>
            [.. all.Where(e => e.Object("involvedObject").String("name") == about && e.String("reason") == reason).Select(e => e.String("message")!)];
    }

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    public async ValueTask DisposeAsync()
    {
        if (_stopManager is not null)
        {
            await StopControllersAsync();
        }

        if (Kubelet is not null)
        {
            await Kubelet.DisposeAsync();
        }

        await _store.DisposeAsync();
        _directory.Dispose();
        Directory.Delete(_path, recursive: true);
        // An exception no controller expects is a bug, also where the next try hides it.
        Assert.DoesNotContain(_loggers.Lines, line => line.StartsWith(nameof(LogLevel.Error), StringComparison.Ordinal));
    }
}

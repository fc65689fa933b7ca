using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Node;
using Inlet.Local.Node.Services;
using Inlet.Local.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Services;

/// <summary>Service relays over a real API, on addresses and NodePorts no other test has.</summary>
public sealed class ServiceWorld : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static int s_last;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-services-");
    private readonly DataDirectory _data;
    private readonly ObjectStore _store;

    private ServiceWorld(NodeNetwork network, Func<NodeAgentOptions, NodeAgentOptions> change)
    {
        _data = DataDirectory.Open(_directory.FullName);
        _store = ObjectStore.Open(_data);
        var number = Interlocked.Increment(ref s_last);
        FirstNodePort = 31000 + (number * 10);
        var core = new ApiCore(
            _store,
            ResourceCatalog.Builtin,
            new ApiCoreOptions { ServiceNetwork = network.ServicePrefix, FirstNodePort = FirstNodePort, LastNodePort = FirstNodePort + 9 },
            TimeProvider.System);
        Api = new InProcessApi(core);
        Options = change(new NodeAgentOptions
        {
            DataDirectory = _directory.FullName,
            Network = network,
            ApiServer = new IPEndPoint(IPAddress.Loopback, 1),
            HttpPort = 0,
            HttpsPort = 0,
        });
        Relays = new ServiceRelays(Options, Api, NullLoggerFactory.Instance, TimeProvider.System);
    }

    public IKubernetesApi Api { get; }

    public NodeAgentOptions Options { get; }

    public int FirstNodePort { get; }

    internal ServiceRelays Relays { get; }

    /// <summary>Pods share the machine's network; ClusterIPs are loopback addresses.</summary>
    public static Task<ServiceWorld> StartAsync(Func<NodeAgentOptions, NodeAgentOptions>? change = null) =>
        StartAsync(
            NodeNetwork.Plan("/test", PodNetworkMode.Host) with { ServicePrefix = new IPNetwork(new IPAddress([127, 200, (byte)(s_last + 1), 0]), 24) },
            change);

    internal static async Task<ServiceWorld> StartAsync(NodeNetwork network, Func<NodeAgentOptions, NodeAgentOptions>? change = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Services on ports 80 and 443 need the right to bind them: run as root");
        var world = new ServiceWorld(network, change ?? (static options => options));
        await world.Api.CreateAsync(
            ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }, WriteQuery.Default, default);
        await world.Relays.StartAsync(default);
        return world;
    }

    /// <param name="type"><c>ClusterIP</c>, <c>NodePort</c> or <c>LoadBalancer</c>.</param>
    public Task<JsonObject> CreateServiceAsync(string name, string type, int port, Action<JsonObject>? change = null)
    {
        var service = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["type"] = type,
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "web", ["port"] = port }),
            },
        };
        change?.Invoke(service["spec"]!.AsObject());
        return Api.CreateAsync(ResourceTypes.Services, "default", service, WriteQuery.Default, default);
    }

    public async Task ChangeServiceAsync(string name, Action<JsonObject> change)
    {
        var service = await Api.GetAsync(ResourceTypes.Services, "default", name, default);
        change(service["spec"]!.AsObject());
        await Api.ReplaceAsync(ResourceTypes.Services, "default", name, service, WriteQuery.Default, default);
    }

    public Task DeleteServiceAsync(string name) => Api.DeleteAsync(ResourceTypes.Services, "default", name, DeleteQuery.Default, default);

    /// <summary>Creates or replaces the one EndpointSlice of each port's number among <paramref name="endpoints"/>.</summary>
    public async Task SetEndpointsAsync(string service, params TestEndpoint[] endpoints)
    {
        var old = await Api.ListAsync(
            ResourceTypes.EndpointSlices, "default", new ListQuery($"{EndpointSlice.ServiceNameLabel}={service}"), default);
        foreach (var port in endpoints.GroupBy(endpoint => endpoint.Port))
        {
            await PutSliceAsync(service, port.Key, port);
        }

        foreach (var slice in old.Items.Where(slice => !endpoints.Any(endpoint => slice.Name() == SliceName(service, endpoint.Port))))
        {
            await Api.DeleteAsync(ResourceTypes.EndpointSlices, "default", slice.Name(), DeleteQuery.Default, default);
        }
    }

    /// <summary>Creates a Service with these endpoints and waits until they are in force.</summary>
    public async Task ServeAsync(string name, string type, int port, params TestEndpoint[] endpoints)
    {
        await SetEndpointsAsync(name, endpoints);
        await CreateServiceAsync(name, type, port);
        // Comes with the first endpoint.
        await BoundAsync(name, BoundServicePortKind.ClusterIP);
    }

    /// <summary>Waits until the Service is bound in this way and answers where.</summary>
    public async Task<IPEndPoint> BoundAsync(string service, BoundServicePortKind kind, Func<BoundServicePort, bool>? which = null)
    {
        IPEndPoint? found = null;
        await UntilAsync(() =>
        {
            found = Relays.BoundPorts
                .FirstOrDefault(port => port.Service == service && port.Kind == kind && (which is null || which(port)))?.Bound;
            return found is not null;
        });
        return found!;
    }

    public Task UnboundAsync(string service, BoundServicePortKind kind) =>
        UntilAsync(() => !Relays.BoundPorts.Any(port => port.Service == service && port.Kind == kind));

    /// <summary>Waits for the condition, looked at whenever the bound ports change.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        using var changed = new SemaphoreSlim(0);
        void Changed() => changed.Release();
        Relays.BoundPortsChanged += Changed;
        try
        {
            while (!condition())
            {
                Assert.True(await changed.WaitAsync(s_patience), "the bound ports did not become what the test waits for");
            }
        }
        finally
        {
            Relays.BoundPortsChanged -= Changed;
        }
    }

    public async Task<JsonObject> EventAsync(string service)
    {
        var events = await Api.ListAsync(ResourceTypes.Events, "default", ListQuery.All, default);
        JsonObject? found;
        if ((found = events.Items.FirstOrDefault(About)) is null)
        {
            using var patience = new CancellationTokenSource(s_patience);
            await foreach (var change in Api.WatchAsync(ResourceTypes.Events, "default", ListQuery.All, events.ResourceVersion, patience.Token))
            {
                if (About(change.Object))
                {
                    return change.Object;
                }
            }
        }

        return found!;

        bool About(JsonObject obj) => obj.Object("involvedObject").String("name") == service;
    }

    public async ValueTask DisposeAsync()
    {
        await Relays.DisposeAsync();
        await _store.DisposeAsync();
        _data.Dispose();
        _directory.Delete(recursive: true);
    }

    private static string SliceName(string service, int port) => $"{service}-{port}";

    private async Task PutSliceAsync(string service, int port, IGrouping<int, TestEndpoint> endpoints)
    {
        var slice = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = SliceName(service, port),
                ["labels"] = new JsonObject { [EndpointSlice.ServiceNameLabel] = service },
            },
            ["addressType"] = "IPv4",
            ["ports"] = new JsonArray(endpoints.First().PortJson()),
            ["endpoints"] = new JsonArray([.. endpoints.Select(endpoint => endpoint.ToJson())]),
        };
        try
        {
            await Api.CreateAsync(ResourceTypes.EndpointSlices, "default", slice, WriteQuery.Default, default);
        }
        catch (KubernetesApiException exists) when (exists.IsAlreadyExists)
        {
            await Api.ReplaceAsync(ResourceTypes.EndpointSlices, "default", SliceName(service, port), slice, WriteQuery.Default, default);
        }
    }
}

/// <summary>One endpoint of an EndpointSlice.</summary>
public sealed record TestEndpoint(IPAddress Address, int Port, bool? Ready = true, bool? Serving = null, bool? Terminating = null)
{
    public string Protocol { get; init; } = "TCP";

    public string? HostName { get; init; }

    public JsonObject PortJson() => new() { ["name"] = Protocol == "TCP" ? "web" : "datagrams", ["port"] = Port, ["protocol"] = Protocol };

    public static implicit operator TestEndpoint(IPEndPoint endpoint) => new(endpoint.Address, endpoint.Port);

    public JsonNode ToJson()
    {
        var conditions = new JsonObject();
        foreach (var (name, value) in new[] { ("ready", Ready), ("serving", Serving), ("terminating", Terminating) })
        {
            if (value is { } given)
            {
                conditions[name] = given;
            }
        }

        var endpoint = new JsonObject { ["addresses"] = new JsonArray(Address.ToString()), ["conditions"] = conditions };
        if (HostName is not null)
        {
            endpoint["hostname"] = HostName;
        }

        return endpoint;
    }
}

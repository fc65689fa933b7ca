using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.Events;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Network;
using Inlet.Local.Node.Pods;
using Inlet.Local.Node.Registration;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Services;
using Inlet.Local.Node.Status;
using Inlet.Local.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node;

/// <summary>Runs the pods bound to this machine's node, and relays the ports of Services.</summary>
public sealed partial class NodeAgent : IPodAgent, IAsyncDisposable
{
    /// <summary>Pods get their own grace period when the agent stops, but no longer than this.</summary>
    private static readonly TimeSpan LongestGraceAtStop = TimeSpan.FromSeconds(5);

    private readonly NodeAgentOptions _options;
    private readonly IKubernetesApi _api;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NodeDirectory _directory;
    private readonly PodNetwork _network;
    private readonly ServiceRelays _relays;
    private readonly EventRecorder _events;
    private readonly CancellationTokenSource _watching = new();
    private readonly List<Task> _watches = [];
    private IContainerRuntime? _runtime;
    private NodeRegistration? _registration;
    private PodManager? _pods;
    private Task? _eventWriter;
    private Task? _stopped;

    public NodeAgent(NodeAgentOptions options, IKubernetesApi api, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _api, _time) = (options, api, time);
        _logger = loggers.CreateLogger("node");
        _directory = new NodeDirectory(options.DataDirectory);
        _network = new PodNetwork(options.Network, loggers.CreateLogger("network"));
        _relays = new ServiceRelays(options, api, loggers, time);
        _relays.BoundPortsChanged += () => BoundPortsChanged?.Invoke();
        _events = new EventRecorder(api, time, _logger);
    }

    /// <summary>What Services are bound on this machine now; replaced as a whole.</summary>
    public IReadOnlyList<BoundServicePort> BoundPorts => _relays.BoundPorts;

    internal ServingEndpoints Serving => _relays.Serving;

    /// <summary>Raised after <see cref="BoundPorts"/> was replaced, from a thread of the agent: return quickly.</summary>
    public event Action? BoundPortsChanged;

    /// <summary>Removes what a killed predecessor left, then starts watching; returns once the watches run.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("pods run as processes on Linux only");
        }

        _directory.Create();
        _runtime = await ContainerRuntimes.CreateAsync(_directory, _options, _time, cancellationToken);
        NodeRecovery.Run(_directory, _runtime);
        await _network.StartAsync(cancellationToken);
        if (_runtime.HasPrivateMounts)
        {
            HostMounts.TryMountMemory(_directory.Memory, "mode=0700");
        }

        var address = HostAddress(_options.Network);
        var capacity = MachineFacts.Capacity(PodCapacity(_options.Network), _options.DataDirectory);
        _registration = new NodeRegistration(_api, _options.NodeName, address, capacity, _runtime.Version, _time, _logger);
        _eventWriter = _events.RunAsync(CancellationToken.None);
        await _registration.RegisterAsync(cancellationToken);
        await StalePods.MarkNotReadyAsync(_api, _options.NodeName, cancellationToken);
        await _relays.StartAsync(cancellationToken);
        await WatchAsync(Context(_runtime, address, capacity), cancellationToken);
        _watches.Add(EndQuietlyAsync(_registration.RunAsync(_watching.Token)));
    }

    /// <summary>Stops every pod (SIGTERM, then SIGKILL after its grace period, at most 5 seconds) and every relay, and leaves nothing on the machine.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => (_stopped ??= StopAllAsync()).WaitAsync(cancellationToken);

    public async Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken)
    {
        var worker = _pods?.Find(query.Namespace, query.Pod, query.PodUid)
            ?? throw new KubernetesApiException(
                400, "BadRequest", $"container \"{query.Container}\" in pod \"{query.Pod}\" is waiting to start: ContainerCreating");
        var (attempt, log) = await worker.FindLogAsync(query.Container, query.Previous);
        await new LogReader(_directory.Logs(query.PodUid, query.Container), attempt, log, query).CopyAsync(output, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _watching.Dispose();
    }

    private NodeContext Context(IContainerRuntime runtime, IPAddress address, IReadOnlyDictionary<string, string> capacity)
    {
        var objects = new ClusterObjects(_api);
        return new NodeContext
        {
            Options = _options,
            Api = _api,
            Directory = _directory,
            Runtime = runtime,
            Network = _network,
            Serving = _relays.Serving,
            Events = new PodEvents(_events, _options.NodeName),
            Objects = objects,
            VolumeSources = new VolumeSources(objects, _options.Credentials),
            HostAddress = address,
            Allocatable = capacity,
            Time = _time,
            Logger = _logger,
        };
    }

    /// <summary>Pods last: by then what they refer to is being watched, and no change of it is missed.</summary>
    private async Task WatchAsync(NodeContext context, CancellationToken cancellationToken)
    {
        var pods = _pods = new PodManager(context);
        await Task.WhenAll(
            Follow(ResourceTypes.ConfigMaps, ListQuery.All, pods.ApplyReference, cancellationToken),
            Follow(ResourceTypes.Secrets, ListQuery.All, pods.ApplyReference, cancellationToken));
        await Follow(ResourceTypes.Pods, new ListQuery(FieldSelector: $"spec.nodeName={_options.NodeName}"), pods.Apply, cancellationToken);
    }

    private Task Follow(ResourceType type, ListQuery query, Action<CacheChange> apply, CancellationToken cancellationToken)
    {
        var cache = new ObjectCache(_api, type, null, query, _time, (t, e) => NodeLog.WatchFailed(_logger, t.ToString(), e.Message));
        _watches.Add(EndQuietlyAsync(Task.Run(() => cache.RunAsync(apply, _watching.Token), CancellationToken.None)));
        return cache.WaitForSyncAsync(cancellationToken);
    }

    private async Task StopAllAsync()
    {
        if (_pods is not null)
        {
            await _pods.StopAsync(LongestGraceAtStop);
        }

        await _watching.CancelAsync();
        await Task.WhenAll(_watches);
        await _relays.StopAsync();
        if (_registration is not null)
        {
            await TryLeaveAsync(_registration);
        }

        _events.Complete();
        if (_eventWriter is not null)
        {
            await _eventWriter;
        }

        await _network.DisposeAsync();
        _runtime?.Dispose();
        HostMounts.UnmountAll(_directory.Root);
    }

    private async Task TryLeaveAsync(NodeRegistration registration)
    {
        try
        {
            await registration.LeaveAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            // The API may be gone already; the Lease says it in time.
            NodeLog.NodeFailed(_logger, _options.NodeName, e.Message);
        }
    }

    private static async Task EndQuietlyAsync(Task watch)
    {
        try
        {
            await watch;
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>This machine as pods see it: its address among them, or loopback where they share its network.</summary>
    private static IPAddress HostAddress(NodeNetwork network) => network.Mode == PodNetworkMode.Host
        ? IPAddress.Loopback
        : new PodAddresses(network.PodPrefix).HostAddress;

    private static int PodCapacity(NodeNetwork network)
    {
        const int KubernetesDefault = 110;
        return network.Mode == PodNetworkMode.Host ? KubernetesDefault : new PodAddresses(network.PodPrefix).Capacity;
    }
}

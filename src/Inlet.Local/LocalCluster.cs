using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Apply;
using Inlet.Local.Controllers;
using Inlet.Local.Credentials;
using Inlet.Local.Node;
using Inlet.Local.Store;
using Microsoft.Extensions.Logging;

namespace Inlet.Local;

/// <summary>
/// A Kubernetes on this machine, as one running thing: store, API server, controllers and node agent. Disposing stops every
/// pod and leaves nothing running; the state stays in the data directory.
/// </summary>
public sealed class LocalCluster : IAsyncDisposable
{
    private readonly LocalClusterOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly DataDirectory _directory;
    private readonly NodeNetwork _network;
    private ObjectStore? _store;
    private ClusterCredentials? _credentials;
    private ApiServerHost? _server;
    private NodeAgent? _node;
    private Task _controllers = Task.CompletedTask;
    private Task _boundPorts = Task.CompletedTask;

    private LocalCluster(LocalClusterOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _loggers = loggers;
        _time = time;
        _directory = DataDirectory.Open(options.DataDirectory);
        try
        {
            _network = NodeNetwork.Plan(_directory.Path, options.PodNetwork);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>The API as this process sees it, with every right.</summary>
    public IKubernetesApi Api { get; private set; } = null!;

    public ManifestApplier Manifests { get; private set; } = null!;

    public string DataDirectoryPath => _directory.Path;

    public string KubeconfigPath { get; private set; } = "";

    /// <summary>Where the API server really listens.</summary>
    public IPEndPoint ApiServer => _server!.EndPoint;

    public NodeAgent Node => _node!;

    public PodNetworkMode PodNetwork => _network.Mode;

    /// <summary>What it means that pods have no network of their own, and the remedy; null where they have.</summary>
    public string? PodNetworkNotice => _network.Notice;

    /// <summary>Ends only when the controllers ended by themselves, which is a defect: with their exception.</summary>
    public Task Completion => _controllers;

    /// <summary>Returns when the API answers, namespace <c>default</c> exists and the node agent watches.</summary>
    /// <exception cref="StoreUnusableException">The data directory is in use, unwritable, damaged or of a newer version.</exception>
    /// <exception cref="ApiServerException">The API port cannot be bound.</exception>
    /// <exception cref="LocalClusterException">An ingress port cannot be bound.</exception>
    /// <exception cref="PlatformNotSupportedException">Pod network namespaces were asked for and are not to be had.</exception>
    public static async Task<LocalCluster> StartAsync(
        LocalClusterOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = new LocalCluster(options, loggers, time);
        try
        {
            await cluster.StartAsync(cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes what a cluster kept in <paramref name="dataDirectory"/>, and what a killed one left on the machine.</summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="StoreUnusableException">It is in use, or no data directory of ours.</exception>
    public static bool Reset(string dataDirectory) => ClusterReset.Run(dataDirectory);

    public async ValueTask DisposeAsync()
    {
        // Controllers first: what the agent ends now is not to be replaced.
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_controllers, _boundPorts).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
            .ConfigureAwait(false);
        if (_node is not null)
        {
            await _node.DisposeAsync().ConfigureAwait(false);
        }

        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        if (_store is not null)
        {
            await _store.DisposeAsync().ConfigureAwait(false);
        }

        _credentials?.Dispose();
        _directory.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var ports = IngressPorts.Choose(_options.Bind, _options.HttpPort, _options.HttpsPort);
        _store = ObjectStore.Open(_directory);
        var core = new ApiCore(_store, ResourceCatalog.Builtin, new ApiCoreOptions { ServiceNetwork = _network.ServicePrefix }, _time);
        Api = new InProcessApi(core);
        Manifests = new ManifestApplier(core);
        _credentials = ClusterCredentials.Open(_directory, ServerAddresses(), _time);
        var agent = new PodAgentLater();
        _server = await ApiServerHost.StartAsync(
            new ApiServerOptions { Bind = _options.Bind, Port = _options.ApiPort }, core, _credentials, agent, _loggers, cancellationToken)
            .ConfigureAwait(false);
        WriteKubeconfig(_credentials);
        _controllers = new ControllerManager(Api, Controllers(_credentials), _loggers, _time).RunAsync(_stop.Token);
        _node = new NodeAgent(NodeOptions(ports, _credentials), Api, _loggers, _time);
        agent.Agent = _node;
        await _node.StartAsync(cancellationToken).ConfigureAwait(false);
        _boundPorts = new BoundPortsAnnotation(_node, Api, _loggers.CreateLogger<BoundPortsAnnotation>()).RunAsync(_stop.Token);
        await WaitForNamespaceAsync("default", cancellationToken).ConfigureAwait(false);
    }

    private IPAddress[] ServerAddresses() =>
        [.. new[] { IPAddress.Loopback, _options.Bind, _network.Gateway, _network.KubernetesServiceAddress }
            .Where(static address => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
            .Distinct()];

    private void WriteKubeconfig(ClusterCredentials credentials)
    {
        KubeconfigPath = Path.GetFullPath(_options.Kubeconfig ?? Path.Combine(_directory.Path, "kubeconfig"));
        credentials.WriteAdminKubeconfig(KubeconfigPath, new Uri($"https://{Reachable(ApiServer)}"));
    }

    private ControllerOptions Controllers(ClusterCredentials credentials) => new()
    {
        BindAddress = Reachable(new IPEndPoint(_options.Bind, 0)).Address,
        ApiServer = Reachable(ApiServer),
        KubernetesServiceAddress = _network.KubernetesServiceAddress,
        CaCertificatePem = credentials.CaCertificatePem,
    };

    private NodeAgentOptions NodeOptions(IngressPorts ports, ClusterCredentials credentials) => new()
    {
        DataDirectory = _directory.Path,
        Network = _network,
        BindAddress = _options.Bind,
        HttpPort = ports.Http,
        HttpsPort = ports.Https,
        ApiServer = Reachable(ApiServer),
        ProgramDirectory = _options.ProgramDirectory,
        Runtime = _options.Runtime,
        Images = _options.Images,
        Credentials = new ServiceAccountCredentials(credentials.IssueToken, credentials.CaCertificatePem, credentials.WriteServiceAccountKubeconfig),
    };

    // A wildcard address is for listening; who connects needs a real one.
    private static IPEndPoint Reachable(IPEndPoint bound) =>
        bound.Address.Equals(IPAddress.Any) ? new(IPAddress.Loopback, bound.Port)
        : bound.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.IPv6Loopback, bound.Port)
        : bound;

    private async Task WaitForNamespaceAsync(string name, CancellationToken cancellationToken)
    {
        var query = new ListQuery(FieldSelector: $"metadata.name={name}");
        var created = WaitForFirstAsync(Api.WatchAsync(ResourceTypes.Namespaces, null, query, "0", cancellationToken));
        // Controllers that cannot start must not leave us waiting.
        await (await Task.WhenAny(created, _controllers).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task WaitForFirstAsync(IAsyncEnumerable<WatchEvent> events)
    {
        await foreach (var e in events.ConfigureAwait(false))
        {
            if (e.Type is WatchEventType.Added or WatchEventType.Modified)
            {
                return;
            }
        }
    }

    /// <summary>The API server starts before the agent, which needs to know its port.</summary>
    private sealed class PodAgentLater : IPodAgent
    {
        public IPodAgent? Agent { get; set; }

        private IPodAgent Started => Agent ?? throw new KubernetesApiException(503, "ServiceUnavailable", "the node agent is starting");

        public Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken) => Started.WriteAsync(query, output, cancellationToken);

        public Task<int> ExecAsync(
            PodContainer container, IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken) =>
            Started.ExecAsync(container, command, streams, cancellationToken);

        public Task AttachAsync(PodContainer container, ContainerStreams streams, CancellationToken cancellationToken) =>
            Started.AttachAsync(container, streams, cancellationToken);

        public Task<Stream> DialAsync(string ns, string pod, string podUid, int port, CancellationToken cancellationToken) =>
            Started.DialAsync(ns, pod, podUid, port, cancellationToken);
    }
}

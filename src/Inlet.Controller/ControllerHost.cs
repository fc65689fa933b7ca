using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Proxy;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace Inlet.Controller;

/// <summary>
/// The ingress controller as one running thing: data plane, the watches that feed it, the loop between them, and those who
/// report. <see cref="RunAsync(ControllerOptions, CancellationToken)"/> is what <c>inlet controller</c> does.
/// </summary>
public sealed class ControllerHost : IAsyncDisposable
{
    private readonly ControllerOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<ClusterChange> _changes =
        Channel.CreateUnbounded<ClusterChange>(new UnboundedChannelOptions { SingleReader = true });

    private readonly List<Task> _running = [];
    private readonly List<IDisposable> _connections = [];
    private readonly PublishedAddress? _address;
    private FileKubernetesApi? _files;
    private ProxyServer? _proxy;
    private AdminEndpoint? _admin;
    private AdmissionEndpoint? _admission;
    private TracerProvider? _traces;
    private volatile bool _draining;
    private volatile Publication? _published;
    private Settings? _settings;
    private ProxyOptions? _proxyOptions;

    private ControllerHost(ControllerOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _loggers = loggers;
        _logger = loggers.CreateLogger("inlet");
        _time = time;
        _address = Published(options);
    }

    private static PublishedAddress? Published(ControllerOptions options) => (options.PublishService, options.PublishStatusAddress) switch
    {
        _ when !options.UpdateStatus => null,
        ({ Length: > 0 }, { Length: > 0 }) => throw new ControllerException("give either --publish-service or --publish-status-address"),
        ({ Length: > 0 } service, _) => PublishedAddress.Parse(service),
        (_, { Length: > 0 } address) => PublishedAddress.Fixed(address),
        _ => null,
    };

    /// <summary>The real port.</summary>
    public int HttpPort => _proxy?.HttpPort ?? -1;

    /// <summary>The real port; -1 without HTTPS.</summary>
    public int HttpsPort => _proxy?.HttpsPort ?? -1;

    /// <summary>The real port; -1 without admin endpoint.</summary>
    public int AdminPort => _admin?.Port ?? -1;

    /// <summary>The real port; -1 without admission endpoint.</summary>
    public int AdmissionPort => _admission?.Port ?? -1;

    /// <summary>Ends early, with the exception, when something ended that should run until the stop.</summary>
    internal Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Runs until cancelled, then drains. Logs to stderr, one line per entry.</summary>
    /// <exception cref="ControllerException">Cannot start; one sentence with the remedy.</exception>
    /// <exception cref="ManifestException">One of <see cref="ControllerOptions.Files"/> does not exist.</exception>
    /// <exception cref="KubeConfigException">There is no usable cluster to talk to.</exception>
    /// <exception cref="IOException">A port cannot be bound, or files cannot be watched; the message names the remedy.</exception>
    public static async Task RunAsync(ControllerOptions options, CancellationToken cancellationToken)
    {
        using var loggers = new LoggerFactory([new LineLoggerProvider(Console.Error, LogLevel.Information, TimeProvider.System)]);
        await RunAsync(options, loggers, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(ControllerOptions, CancellationToken)"/>
    public static async Task RunAsync(ControllerOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            await using var host = await StartAsync(options, loggers, TimeProvider.System, cancellationToken);
            await host.RunUntilAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped while starting: there is nothing to drain yet.
        }
    }

    /// <summary>Starts everything and returns as soon as the ports are open; <see cref="WaitUntilReadyAsync"/> waits for the routes.</summary>
    /// <inheritdoc cref="RunAsync(ControllerOptions, CancellationToken)" path="/exception"/>
    public static async Task<ControllerHost> StartAsync(ControllerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var host = new ControllerHost(options, loggers, time);
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the first full table is in force.</summary>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Answers not ready, stops accepting, and lets requests in flight finish within <see cref="ControllerOptions.DrainGrace"/>.</summary>
    public async Task DrainAsync()
    {
        _draining = true;
        if (_proxy is { } proxy)
        {
            var grace = _settings?.DrainGrace ?? _options.DrainGrace;
            ControllerLog.Draining(_logger, grace.TotalSeconds);
            await proxy.DrainAsync(grace, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _draining = true;
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        if (_admission is not null)
        {
            await _admission.DisposeAsync();
        }

        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        if (_traces is { } traces)
        {
            // Behind the last request, and off this thread: it waits for the collector to take what is left.
            await Task.Run(traces.Dispose);
        }

        if (_files is not null)
        {
            await _files.DisposeAsync();
        }

        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        _stop.Dispose();
        ControllerLog.Stopped(_logger);
    }

    private async Task RunUntilAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        await DrainAsync();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var fromFiles = _options.Files.Count > 0;
        IKubernetesApi api = fromFiles ? FollowFiles() : ConnectToCluster();
        _settings = new Settings(_options, await FindConfigMapAsync(api, cancellationToken));
        _proxyOptions = _settings.Proxy;
        _traces = _options.TraceExport is { } export ? TraceExport.Start(export) : null;
        _proxy = StartProxy(_proxyOptions);
        if (_options.AdminPort >= 0)
        {
            _admin = await AdminEndpoint.StartAsync(
                _options.Bind, _options.AdminPort, () => _ready.Task.IsCompletedSuccessfully && !_draining, _proxy.Metrics, ExplainAsync, cancellationToken);
        }

        if (_options.Admission is { } admission)
        {
            _admission = await AdmissionEndpoint.StartAsync(
                admission,
                _options.AdmissionCertificate ?? throw new ControllerException("--admission needs --admission-certificate and --admission-key, PEM files: the API server speaks HTTPS only"),
                _options.AdmissionKey ?? _options.AdmissionCertificate, () => _published?.Admission, cancellationToken);
        }

        ControllerLog.Serving(_logger, HttpPort, HttpsPort, AdminPort);
        var state = new ClusterState(_settings, _address);
        var reporters = new Reporters(_logger, fromFiles ? null : new EventWriter(api, _time, _logger), StatusWriter(api, fromFiles));
        var loop = new ControlLoop(state, _proxy, _changes.Reader, publication => OnPublished(publication, reporters), _time, _logger);
        Run(loop.RunAsync(_stop.Token));
        foreach (var work in reporters.Run(_stop.Token))
        {
            Run(work);
        }

        foreach (var cache in Caches(api))
        {
            Run(cache.RunAsync(Enqueue, _stop.Token));
        }

        if (_options.ConfigMap is { } configMap)
        {
            var key = Settings.Key("--configmap", configMap);
            var own = new ObjectCache(api, ResourceTypes.ConfigMaps, key.Namespace, new ListQuery(FieldSelector: $"metadata.name={key.Name}"), _time,
                (failed, exception) => ControllerLog.WatchFailed(_logger, failed.ToString(), exception.Message));
            Run(own.RunAsync(EnqueueSettings, _stop.Token));
        }

        Completion = Task.WhenAny(_running).Unwrap();
    }

    private StatusWriter? StatusWriter(IKubernetesApi api, bool fromFiles)
    {
        if (_address is null || fromFiles)
        {
            return null;
        }

        if (_options.ElectionId is not { Length: > 0 } id)
        {
            return new StatusWriter(api, _address, static () => true, _time, _logger);
        }

        var election = new LeaderElection(api, Lease(id), Environment.GetEnvironmentVariable("POD_NAME") ?? $"{Environment.MachineName}-{Environment.ProcessId}-{HttpPort}",
            _options.ElectionTtl, _time, _logger);
        Run(election.RunAsync(_stop.Token));
        return new StatusWriter(api, _address, () => election.Leads, _time, _logger);
    }

    private static ObjectKey Lease(string id) =>
        id.Contains('/', StringComparison.Ordinal) ? Settings.Key("--election-id", id)
        : Environment.GetEnvironmentVariable("POD_NAMESPACE") is { Length: > 0 } ns ? new ObjectKey(ns, id)
        : throw new ControllerException($"--election-id {id}: write namespace/name, or set POD_NAMESPACE to the pod's namespace");

    private FileKubernetesApi FollowFiles() =>
        _files = FileKubernetesApi.Start(_options.Files, _time, problem => ControllerLog.FileProblem(_logger, problem.Message));

    private HttpKubernetesApi ConnectToCluster()
    {
        var api = new HttpKubernetesApi(KubeConfig.Load(_options.Kubeconfig));
        _connections.Add(api);
        return api;
    }

    private async Task<JsonObject?> FindConfigMapAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        if (_options.ConfigMap is not { } name)
        {
            return null;
        }

        var key = Settings.Key("--configmap", name);
        try
        {
            return await api.GetAsync(ResourceTypes.ConfigMaps, key.Namespace, key.Name, cancellationToken);
        }
        catch (KubernetesApiException exception) when (exception.IsNotFound)
        {
            return null;
        }
        catch (KubernetesApiException exception)
        {
            throw new ControllerException($"--configmap {name} cannot be read: {exception.Message}", exception);
        }
    }

    private ProxyServer StartProxy(ProxyOptions options)
    {
        var proxy = new ProxyServer(options, _loggers);
        proxy.Start();
        return proxy;
    }

    private IEnumerable<ObjectCache> Caches(IKubernetesApi api)
    {
        var all = ListQuery.All;
        yield return Cache(ResourceTypes.IngressClasses, null, all);
        yield return Cache(ResourceTypes.Services, _options.WatchNamespace, all);
        yield return Cache(ResourceTypes.EndpointSlices, _options.WatchNamespace, all);
        // Helm keeps every release it ever made in Secrets of megabytes; none of them is a certificate.
        yield return Cache(ResourceTypes.Secrets, _options.WatchNamespace, new ListQuery(FieldSelector: "type!=helm.sh/release.v1"));
        // Every namespace has a copy of the cluster's CA; it configures nothing.
        yield return Cache(ResourceTypes.ConfigMaps, _options.WatchNamespace, new ListQuery(FieldSelector: "metadata.name!=kube-root-ca.crt"));
        yield return Cache(ResourceTypes.Ingresses, _options.WatchNamespace, all);
        if (_address is { IsService: true } && _options.WatchNamespace is { } only && only != _address.Namespace)
        {
            yield return Cache(ResourceTypes.Services, _address.Namespace, new ListQuery(FieldSelector: $"metadata.name={_address.Name}"));
        }

        ObjectCache Cache(ResourceType type, string? ns, ListQuery query) =>
            new(api, type, ns, query, _time, (failed, exception) => ControllerLog.WatchFailed(_logger, failed.ToString(), exception.Message));
    }

    private void Enqueue(CacheChange change)
    {
        if (new ChangeReader(_logger).Read(change) is { } read)
        {
            _changes.Writer.TryWrite(read);
        }
    }

    private void EnqueueSettings(CacheChange change)
    {
        if (change.Kind != CacheChangeKind.Synced)
        {
            _changes.Writer.TryWrite(new ClusterChange.SettingsPut(change.Object));
        }
    }

    private void OnPublished(Publication publication, Reporters reporters)
    {
        if (!_ready.Task.IsCompleted)
        {
            // Reading a whole cluster leaves more garbage than everything after it; before the first request nobody waits for this.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _ready.TrySetResult();
            ControllerLog.Ready(_logger);
        }

        _published = publication;
        reporters.Report(publication);
    }

    private Task<JsonObject> ExplainAsync(ExplainRequest request, CancellationToken cancellationToken)
    {
        var published = _published ?? throw new ControllerException("the controller has not read its objects yet; ask again");
        return Explainer.ExplainAsync(new ExplainedState(published.Model, _proxyOptions!, _proxy!.FindEndpoints, [.. published.Verdicts]), request, cancellationToken);
    }

    private void Run(Task task) => _running.Add(task);
}

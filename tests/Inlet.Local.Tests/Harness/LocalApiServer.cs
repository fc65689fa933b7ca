using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Credentials;
using Inlet.Local.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Harness;

/// <summary>A whole API server on a free loopback port: real store, real credentials, real HTTPS.</summary>
public sealed class LocalApiServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly DataDirectory _data;
    private readonly ObjectStore _store;
    private bool _stopped;

    private LocalApiServer(TemporaryDirectory directory, DataDirectory data, ObjectStore store, ApiCore core, ClusterCredentials credentials, ApiServerHost host)
    {
        (_directory, _data, _store, Core, Credentials, Host) = (directory, data, store, core, credentials, host);
        Api = new(core);
    }

    public ApiCore Core { get; }

    public ClusterCredentials Credentials { get; }

    public ApiServerHost Host { get; }

    /// <summary>The same objects without HTTP, for arranging.</summary>
    public InProcessApi Api { get; }

    public Uri Address => new($"https://127.0.0.1:{Host.EndPoint.Port}");

    /// <summary>A directory for the test's own files.</summary>
    public string Directory => _directory.Path;

    public static async Task<LocalApiServer> StartAsync(
        ObjectStoreOptions? history = null, ApiCoreOptions? options = null, string? auditLog = null)
    {
        var directory = new TemporaryDirectory();
        var data = DataDirectory.Open(Path.Combine(directory.Path, "data"));
        var store = ObjectStore.Open(data, history);
        var core = new ApiCore(store, ResourceCatalog.Builtin, options ?? new(), TimeProvider.System);
        var credentials = ClusterCredentials.Open(data, [IPAddress.Loopback], TimeProvider.System);
        var host = await ApiServerHost.StartAsync(
            new() { Port = 0, AuditLog = auditLog }, core, credentials, new EchoPodLogs(), NullLoggerFactory.Instance, CancellationToken.None);
        var server = new LocalApiServer(directory, data, store, core, credentials, host);
        foreach (var name in (string[])["default", "kube-system"])
        {
            await server.CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        }

        return server;
    }

    public Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj) =>
        Api.CreateAsync(type, ns, obj, WriteQuery.Default, CancellationToken.None);

    /// <summary>Stops the host and keeps the store, as a test of shutdown needs it. Also part of disposal.</summary>
    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await Host.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Credentials.Dispose();
        await _store.DisposeAsync();
        _data.Dispose();
        _directory.Dispose();
    }
}

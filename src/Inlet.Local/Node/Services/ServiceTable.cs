using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Services.Names;
using Inlet.Local.Node.Services.Relays;

namespace Inlet.Local.Node.Services;

/// <summary>All Services and EndpointSlices. A change is worked out for the Service it touches only. Not thread-safe.</summary>
internal sealed class ServiceTable
{
    private static readonly ObjectKey s_kubernetes = new("default", "kubernetes");

    private readonly NodeAgentOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<ObjectKey, ServiceEntry> _entries = [];
    private readonly Dictionary<ObjectKey, ObjectKey> _serviceOfSlice = [];
    private readonly HashSet<ObjectKey> _changed = [];
    private readonly ClusterZone _zone;
    private readonly WantedListener _apiServer;

    /// <param name="zone">Kept up to date with the Services.</param>
    public ServiceTable(NodeAgentOptions options, ClusterZone zone, TimeProvider time)
    {
        _options = options;
        _zone = zone;
        _time = time;
        _apiServer = ApiServerListener();
        zone.Set(s_kubernetes, new NamedService(_apiServer.Address.Address, null, [_apiServer.Port], []));
    }

    public void Apply(CacheChange change)
    {
        if (change.Type == ResourceTypes.Services)
        {
            ApplyService(change.Key, change.Object);
        }
        else
        {
            ApplySlice(change.Key, change.Object);
        }
    }

    /// <summary>What cannot be listened on because pods have the port, as of the last <see cref="Refresh"/>; waiting does not help it.</summary>
    public IReadOnlyList<BindFailure> Conflicts { get; private set; } = [];

    /// <summary>
    /// Puts new endpoints in force and answers what should be listened on: older Services first, for where two want one port
    /// the older has it.
    /// </summary>
    public IReadOnlyList<WantedListener> Refresh()
    {
        foreach (var key in _changed)
        {
            if (_entries.TryGetValue(key, out var entry))
            {
                entry.Refresh();
                _zone.Set(key, entry.Named());
                if (entry.IsEmpty)
                {
                    _entries.Remove(key);
                }
            }
        }

        _changed.Clear();
        var services = WantedByServices();
        if (_options.Network.Mode == PodNetworkMode.Host)
        {
            (services, Conflicts) = SharedPorts.Divide(services, PodPorts());
        }

        return [.. ApiServer(), .. services];
    }

    /// <summary>Addresses of all endpoints that take new connections.</summary>
    public IReadOnlySet<IPAddress> ReadyAddresses() =>
        _entries.Values.SelectMany(static entry => entry.Slices.Values).SelectMany(static slice => slice.Endpoints)
            .Where(static endpoint => endpoint.Ready).Select(static endpoint => endpoint.Address).ToHashSet();

    public RelayedService? Find(ObjectKey key) => _entries.GetValueOrDefault(key)?.Service;

    private IReadOnlyList<WantedListener> WantedByServices() =>
        [
            .. _entries.Values.Where(static entry => entry.Wanted.Count > 0)
                .OrderBy(static entry => entry.Service!.Created, StringComparer.Ordinal)
                .ThenBy(static entry => entry.Service!.Key)
                .SelectMany(static entry => entry.Wanted.Distinct()),
        ];

    private HashSet<(string Protocol, int Number)> PodPorts() =>
        [.. _entries.Values.SelectMany(static entry => entry.Slices.Values).SelectMany(static slice => slice.Ports).Select(static port => (port.Protocol, port.Number))];

    private void ApplyService(ObjectKey key, JsonObject? service)
    {
        // The API server's own Service has no pods behind it, and is relayed whether or not the object is there.
        if (key != s_kubernetes)
        {
            Entry(key).Service = service is null ? null : RelayedService.Read(service);
        }
    }

    private void ApplySlice(ObjectKey key, JsonObject? slice)
    {
        if (_serviceOfSlice.Remove(key, out var before))
        {
            Entry(before).Slices.Remove(key);
        }

        if (slice is not null && RelayedSlice.Read(slice) is { Service: { } service } read && service != s_kubernetes)
        {
            Entry(service).Slices[key] = read;
            _serviceOfSlice[key] = service;
        }
    }

    private ServiceEntry Entry(ObjectKey key)
    {
        _changed.Add(key);
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries[key] = entry = new ServiceEntry(_options, _time);
        }

        return entry;
    }

    /// <summary>
    /// Pods on this machine's own network are given the API server's real address; there its Service is an extra, which needs
    /// the right to bind port 443.
    /// </summary>
    private IEnumerable<WantedListener> ApiServer() =>
        _apiServer.InServiceNamespace || Environment.IsPrivilegedProcess ? [_apiServer] : [];

    private WantedListener ApiServerListener()
    {
        var server = _options.ApiServer;
        var address = server.Address.Equals(IPAddress.Any) || server.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : server.Address;
        return new(
            s_kubernetes,
            new RelayedPort("https", "TCP", 443, 0),
            BoundServicePortKind.ClusterIP,
            new IPEndPoint(_options.Network.KubernetesServiceAddress, 443),
            _options.Network.Mode == PodNetworkMode.Namespace,
            "",
            new RelayTarget(_time) { Endpoints = new EndpointList([new IPEndPoint(address, server.Port)]) });
    }
}

using System.Net;
using Inlet.Kubernetes;
using Inlet.Local.Node.Services.Names;
using Inlet.Local.Node.Services.Relays;

namespace Inlet.Local.Node.Services;

/// <summary>
/// One Service with its EndpointSlices: where its ports should be listened on, and where their connections go. Slices may
/// come before their Service and stay after it.
/// </summary>
internal sealed class ServiceEntry(NodeAgentOptions options, TimeProvider time)
{
    private const int Http = 80;
    private const int Https = 443;
    private const int NoPort = -1;

    private readonly Dictionary<RelayedPort, RelayTarget> _targets = [];

    public RelayedService? Service { get; set; }

    public Dictionary<ObjectKey, RelayedSlice> Slices { get; } = [];

    public bool IsEmpty => Service is null && Slices.Count == 0;

    /// <summary>As of the last <see cref="Refresh"/>.</summary>
    public IReadOnlyList<WantedListener> Wanted { get; private set; } = [];

    /// <summary>Puts the endpoints in force, for connections from now on, and works out the listeners.</summary>
    public void Refresh()
    {
        var ports = Service is { ExternalName: null } ? Service.Ports : [];
        foreach (var gone in _targets.Keys.Except(ports).ToList())
        {
            _targets.Remove(gone);
        }

        var wanted = new List<WantedListener>();
        foreach (var port in ports)
        {
            wanted.AddRange(Listeners(Service!, port, Target(port)));
        }

        Wanted = wanted;
    }

    /// <summary>What the cluster's DNS tells of the Service; null without one.</summary>
    public NamedService? Named() => Service is { } service
        ? new NamedService(service.ClusterIP, service.ExternalName, service.Ports, service.IsHeadless ? [.. Slices.Values.SelectMany(NamedEndpoints)] : [])
        : null;

    private static IEnumerable<NamedEndpoint> NamedEndpoints(RelayedSlice slice)
    {
        // A headless Service needs no ports to have names.
        IReadOnlyList<RelayedSlice.Port> ports = slice.Ports.Count > 0 ? slice.Ports : [new RelayedSlice.Port("", "", 0)];
        return slice.Endpoints.Where(static endpoint => endpoint.Ready).SelectMany(endpoint => ports.Select(port => new NamedEndpoint(
            endpoint.HostName ?? endpoint.Address.ToString().Replace('.', '-'), endpoint.Address, port.Name, port.Protocol, port.Number)));
    }

    private RelayTarget Target(RelayedPort port)
    {
        if (!_targets.TryGetValue(port, out var target))
        {
            _targets[port] = target = new RelayTarget(time);
        }

        target.AffinityTimeout = Service!.AffinityTimeout;
        var endpoints = EndpointsOf(port);
        if (!target.Endpoints.SameAs(endpoints))
        {
            target.Endpoints = new EndpointList(endpoints);
        }

        return target;
    }

    private List<IPEndPoint> EndpointsOf(RelayedPort port)
    {
        var all = Slices.Values
            .SelectMany(slice => slice.Ports
                .Where(candidate => candidate.Name == port.Name && candidate.Protocol == port.Protocol && candidate.Number > 0)
                .SelectMany(candidate => slice.Endpoints.Select(endpoint => (endpoint, candidate.Number))))
            .ToList();
        var chosen = all.Where(static one => one.endpoint.Ready).ToList();
        chosen = chosen.Count > 0 ? chosen : all.Where(static one => one.endpoint.Fallback).ToList();
        return
        [
            .. chosen.Select(static one => new IPEndPoint(one.endpoint.Address, one.Number))
                .Distinct()
                .OrderBy(static endpoint => endpoint.ToString(), StringComparer.Ordinal),
        ];
    }

    private IEnumerable<WantedListener> Listeners(RelayedService service, RelayedPort port, RelayTarget target)
    {
        // Without endpoints nobody listens: a connection is refused at once, as on a cluster.
        if (service.ClusterIP is { } clusterIP && target.Endpoints.Count > 0)
        {
            yield return Listener(BoundServicePortKind.ClusterIP, clusterIP, port.Port, InNamespace);
        }

        if (service.HasNodePorts && port.NodePort > 0)
        {
            foreach (var address in NodePortAddresses())
            {
                yield return Listener(BoundServicePortKind.NodePort, address, port.NodePort, false);
            }

            if (InNamespace)
            {
                // The node's address as pods see it.
                yield return Listener(BoundServicePortKind.NodePort, options.Network.Gateway, port.NodePort, true);
            }
        }

        foreach (var address in service.ExternalIPs)
        {
            yield return Listener(BoundServicePortKind.ExternalIP, address, port.Port, false);
        }

        if (service.Type == "LoadBalancer" && LoadBalancerPort(port) is >= 0 and var number)
        {
            yield return Listener(BoundServicePortKind.LoadBalancer, options.BindAddress, number, false) with { SourceRanges = service.SourceRanges };
        }

        WantedListener Listener(BoundServicePortKind kind, IPAddress address, int number, bool inNamespace) =>
            new(service.Key, port, kind, new IPEndPoint(address, number), inNamespace, "", target);
    }

    private bool InNamespace => options.Network.Mode == PodNetworkMode.Namespace;

    /// <summary>The addresses of NodePorts on this machine; all of its addresses include 127.0.0.1.</summary>
    private IEnumerable<IPAddress> NodePortAddresses() =>
        options.BindAddress.Equals(IPAddress.Any) || options.BindAddress.Equals(IPAddress.IPv6Any)
            ? [options.BindAddress]
            : new[] { IPAddress.Loopback, options.BindAddress }.Distinct();

    /// <returns>0 for any free port, <see cref="NoPort"/> for none.</returns>
    private int LoadBalancerPort(RelayedPort port) => (port.Protocol, port.Port) switch
    {
        ("TCP", Http) => options.HttpPort,
        ("TCP", Https) => options.HttpsPort,
        (_, 0) => NoPort,
        _ => port.Port,
    };
}

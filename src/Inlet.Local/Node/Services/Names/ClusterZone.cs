using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Services.Names;

/// <summary>
/// The names of a cluster's Services and pods, by Kubernetes' DNS specification 1.1.0: <c>SERVICE.NAMESPACE.svc.cluster.local</c>
/// with its ports as SRV records, the endpoints of headless Services, <c>A-B-C-D.NAMESPACE.pod.cluster.local</c>, and the
/// way back from a ClusterIP. Filled by one thread, asked by any.
/// </summary>
internal sealed class ClusterZone(NodeNetwork network)
{
    public const string Name = "cluster.local";

    private const int LongestAlias = 8;
    private const string ReverseSuffix = ".in-addr.arpa";

    private static readonly DnsAnswer s_noSuchName = new(DnsCode.NoSuchName, []);
    private static readonly DnsAnswer s_nothing = new(DnsCode.NoError, []);

    private readonly ConcurrentDictionary<ObjectKey, NamedService> _services = new();

    /// <param name="service">Null when it is gone.</param>
    public void Set(ObjectKey key, NamedService? service)
    {
        if (service is null)
        {
            _services.TryRemove(key, out _);
        }
        else
        {
            _services[key] = service;
        }
    }

    /// <returns>Null for names that are not the cluster's.</returns>
    public DnsAnswer? Resolve(string name, DnsType type) => Resolve(name, type, 0);

    private DnsAnswer? Resolve(string name, DnsType type, int aliases)
    {
        if (name.EndsWith(ReverseSuffix, StringComparison.Ordinal))
        {
            return Reverse(name, type);
        }

        if (name == Name)
        {
            return s_nothing;
        }

        return name.EndsWith("." + Name, StringComparison.Ordinal)
            ? Resolve(name, name[..^(Name.Length + 1)].Split('.'), type, aliases)
            : null;
    }

    private DnsAnswer Resolve(string name, string[] labels, DnsType type, int aliases) => labels switch
    {
        ["svc"] or ["pod"] => s_nothing,
        [_, "pod"] => s_nothing,
        [var ns, "svc"] => _services.Keys.Any(key => key.Namespace == ns) ? s_nothing : s_noSuchName,
        [var service, var ns, "svc"] => Service(name, new ObjectKey(ns, service), type, aliases),
        [['_', ..], var service, var ns, "svc"] => _services.ContainsKey(new ObjectKey(ns, service)) ? s_nothing : s_noSuchName,
        [var host, var service, var ns, "svc"] => Endpoint(name, host, new ObjectKey(ns, service), type),
        [['_', .. var port], ['_', .. var protocol], var service, var ns, "svc"] => Port(name, port, protocol, new ObjectKey(ns, service), type),
        [var address, _, "pod"] => Pod(name, address, type),
        _ => s_noSuchName,
    };

    private DnsAnswer Service(string name, ObjectKey key, DnsType type, int aliases)
    {
        if (!_services.TryGetValue(key, out var service))
        {
            return s_noSuchName;
        }

        if (service.ExternalName is { } target)
        {
            return Alias(name, target, type, aliases);
        }

        return service.ClusterIP is { } address
            ? Addresses(name, [address], type)
            : Addresses(name, service.Endpoints.Select(static endpoint => endpoint.Address), type);
    }

    private DnsAnswer Alias(string name, string target, DnsType type, int aliases)
    {
        var alias = DnsRecord.Alias(name, target);
        if (type == DnsType.Cname)
        {
            return new(DnsCode.NoError, [alias]);
        }

        if (aliases == LongestAlias)
        {
            return new(DnsCode.ServerFailure, []);
        }

        return Resolve(target, type, aliases + 1) is { } ours
            ? ours with { Records = [alias, .. ours.Records] }
            : new(DnsCode.NoError, [alias], target);
    }

    private DnsAnswer Endpoint(string name, string host, ObjectKey key, DnsType type)
    {
        var found = _services.TryGetValue(key, out var service)
            ? service.Endpoints.Where(endpoint => endpoint.HostName == host).Select(static endpoint => endpoint.Address).ToList()
            : [];
        return found.Count > 0 ? Addresses(name, found, type) : s_noSuchName;
    }

    private DnsAnswer Port(string name, string port, string protocol, ObjectKey key, DnsType type)
    {
        if (!_services.TryGetValue(key, out var service))
        {
            return s_noSuchName;
        }

        var target = $"{key.Name}.{key.Namespace}.svc.{Name}";
        var records = service.ClusterIP is not null
            ? service.Ports.Where(candidate => IsPort(candidate.Name, candidate.Protocol))
                .Select(candidate => DnsRecord.Service(name, target, candidate.Port)).ToList()
            : service.Endpoints.Where(endpoint => IsPort(endpoint.PortName, endpoint.Protocol))
                .Select(endpoint => DnsRecord.Service(name, $"{endpoint.HostName}.{target}", endpoint.Port)).ToList();
        return records.Count == 0 ? s_noSuchName : type is DnsType.Srv or DnsType.Any ? new(DnsCode.NoError, records) : s_nothing;

        bool IsPort(string candidate, string candidateProtocol) =>
            candidate == port && candidateProtocol.Equals(protocol, StringComparison.OrdinalIgnoreCase);
    }

    private static DnsAnswer Pod(string name, string dashed, DnsType type) =>
        IPAddress.TryParse(dashed.Replace('-', '.'), out var address) && dashed.Count(static c => c == '-') == 3
            ? Addresses(name, [address], type)
            : s_noSuchName;

    private DnsAnswer? Reverse(string name, DnsType type)
    {
        var labels = name[..^ReverseSuffix.Length].Split('.');
        if (labels.Length != 4 || !IPAddress.TryParse(string.Join('.', labels.Reverse()), out var address)
            || !(network.ServicePrefix.Contains(address) || network.PodPrefix.Contains(address)))
        {
            return null;
        }

        foreach (var (key, service) in _services)
        {
            if (address.Equals(service.ClusterIP))
            {
                return type is DnsType.Ptr or DnsType.Any
                    ? new(DnsCode.NoError, [DnsRecord.Pointer(name, $"{key.Name}.{key.Namespace}.svc.{Name}")])
                    : s_nothing;
            }
        }

        return s_noSuchName;
    }

    /// <summary>In another order each time: many clients take the first.</summary>
    private static DnsAnswer Addresses(string name, IEnumerable<IPAddress> addresses, DnsType type)
    {
        var family = type == DnsType.Aaaa ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (type is not (DnsType.A or DnsType.Aaaa or DnsType.Any))
        {
            return s_nothing;
        }

        var records = addresses.Where(address => address.AddressFamily == family).Distinct()
            .Select(address => DnsRecord.Address(name, address)).ToArray();
        Random.Shared.Shuffle(records);
        return new(DnsCode.NoError, records);
    }
}

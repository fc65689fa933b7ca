using System.Globalization;
using System.Net;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// Services and EndpointSlices → the endpoints of the backends that routes ask for. The endpoints' own lane: nothing here
/// touches a route. No clock, logger or network; one caller at a time.
/// </summary>
public sealed class EndpointResolver
{
    private readonly Dictionary<ObjectKey, Service> _services = [];
    private readonly Dictionary<ObjectKey, SortedDictionary<string, EndpointSlice>> _slices = [];
    private readonly Dictionary<ObjectKey, ObjectKey> _serviceOfSlice = [];
    private readonly Dictionary<ObjectKey, Dictionary<BackendKey, BackendEndpoints?>> _backends = [];
    private readonly HashSet<ObjectKey> _changed = [];

    public void Put(Service service)
    {
        var key = (service.Metadata ?? new ObjectMeta()).Key;
        _services[key] = service;
        _changed.Add(key);
    }

    public void RemoveService(ObjectKey key)
    {
        _services.Remove(key);
        _changed.Add(key);
    }

    public void Put(EndpointSlice slice)
    {
        var key = (slice.Metadata ?? new ObjectMeta()).Key;
        RemoveSlice(key);
        if (slice.ServiceName is not { } name)
        {
            return;
        }

        var service = new ObjectKey(key.Namespace, name);
        if (!_slices.TryGetValue(service, out var slices))
        {
            _slices[service] = slices = new SortedDictionary<string, EndpointSlice>(StringComparer.Ordinal);
        }

        slices[key.Name] = slice;
        _serviceOfSlice[key] = service;
        _changed.Add(service);
    }

    public void RemoveSlice(ObjectKey key)
    {
        if (_serviceOfSlice.Remove(key, out var service) && _slices.TryGetValue(service, out var slices))
        {
            slices.Remove(key.Name);
            if (slices.Count == 0)
            {
                _slices.Remove(service);
            }

            _changed.Add(service);
        }
    }

    /// <summary>
    /// Follows a backend from now on. There is no way to stop: a request that read the table before this one may still ask
    /// for a backend that no route names any more.
    /// </summary>
    public void Follow(BackendKey backend)
    {
        var service = new ObjectKey(backend.Namespace, backend.Service);
        if (!_backends.TryGetValue(service, out var backends))
        {
            _backends[service] = backends = [];
        }

        if (backends.TryAdd(backend, null))
        {
            _changed.Add(service);
        }
    }

    /// <summary>The followed backends whose endpoints are not those of the last call.</summary>
    public IReadOnlyList<BackendEndpoints> TakeChanges()
    {
        var changes = new List<BackendEndpoints>();
        foreach (var service in _changed)
        {
            if (!_backends.TryGetValue(service, out var backends))
            {
                continue;
            }

            foreach (var backend in backends.Keys.ToList())
            {
                var now = new BackendEndpoints(backend, Resolve(service, backend, static conditions => conditions?.IsReady ?? true).ToEquatableArray())
                {
                    Draining = Resolve(service, backend, static conditions => conditions?.IsDraining ?? false).ToEquatableArray(),
                };
                if (backends[backend] != now)
                {
                    backends[backend] = now;
                    changes.Add(now);
                }
            }
        }

        _changed.Clear();
        return changes;
    }

    /// <summary>What is wrong with a backend, as code and sentence; null when its Service and port exist.</summary>
    public (string Code, string Message)? Problem(BackendKey backend)
    {
        var key = new ObjectKey(backend.Namespace, backend.Service);
        if (!_services.TryGetValue(key, out var service))
        {
            return (VerdictCodes.ServiceNotFound, $"Service {key} does not exist; its requests are answered 503. Create it, or correct the name.");
        }

        if (service.Spec?.Type == "ExternalName")
        {
            return (VerdictCodes.ExternalNameNotSupported, $"Service {key} is of type ExternalName, which is not supported yet; its requests are answered 503.");
        }

        return Port(service, backend.Port) is null
            ? (VerdictCodes.ServicePortNotFound, $"Service {key} has no port {backend.Port}; its requests are answered 503. It has {Ports(service)}.")
            : null;
    }

    private IEnumerable<Endpoint> Resolve(ObjectKey key, BackendKey backend, Func<EndpointConditions?, bool> counts)
    {
        if (!_services.TryGetValue(key, out var service) || service.Spec?.Type == "ExternalName"
            || Port(service, backend.Port) is not { } port || !_slices.TryGetValue(key, out var slices))
        {
            return [];
        }

        return slices.Values.SelectMany(slice => Endpoints(slice, port, counts)).Distinct();
    }

    private static IEnumerable<Endpoint> Endpoints(EndpointSlice slice, ServicePort port, Func<EndpointConditions?, bool> counts)
    {
        if (PodPort(slice, port) is not { } podPort || slice.AddressType == "FQDN")
        {
            yield break;
        }

        foreach (var endpoint in slice.Endpoints ?? [])
        {
            if (counts(endpoint?.Conditions))
            {
                // All addresses of one endpoint are the same pod; consumers use the first (EndpointSlice API).
                if (endpoint?.Addresses is [{ } text, ..] && IPAddress.TryParse(text, out var address))
                {
                    yield return new Endpoint(address, podPort);
                }
            }
        }
    }

    /// <summary>A slice's ports carry the name of the Service's port, and the number on the pods.</summary>
    private static int? PodPort(EndpointSlice slice, ServicePort port)
    {
        if (slice.Ports is null or { Count: 0 })
        {
            return port.TargetPort is { } target ? target.Number : port.Port;
        }

        foreach (var candidate in slice.Ports)
        {
            if (candidate is { Port: >= 1 and <= 65535 } && (candidate.Name ?? "") == (port.Name ?? "") && IsTcp(candidate.Protocol))
            {
                return candidate.Port;
            }
        }

        return null;
    }

    private static ServicePort? Port(Service service, string wanted)
    {
        var isNumber = int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return service.Spec?.Ports?.FirstOrDefault(port =>
            port is not null && IsTcp(port.Protocol) && (wanted.Length == 0 || (isNumber ? port.Port == number : port.Name == wanted)));
    }

    private static string Ports(Service service)
    {
        var ports = service.Spec?.Ports?.Where(static port => port is not null && IsTcp(port.Protocol))
            .Select(static port => string.IsNullOrEmpty(port!.Name) ? $"{port.Port}" : $"{port.Port} ({port.Name})").ToList();
        return ports is { Count: > 0 } ? string.Join(", ", ports) : "no TCP ports";
    }

    private static bool IsTcp(string? protocol) => string.IsNullOrEmpty(protocol) || protocol == "TCP";
}

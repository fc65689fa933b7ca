using System.Net;
using Inlet.Kubernetes;

namespace Inlet.Controller;

/// <summary>
/// The addresses of the Service through which the controller is reached (reference/ingress-status-and-control §5): what goes
/// into <c>status.loadBalancer.ingress</c>.
/// </summary>
internal sealed class PublishedAddress
{
    private readonly ObjectKey _key;

    private PublishedAddress(ObjectKey key) => _key = key;

    /// <summary>Whether it is followed as a Service, and not given.</summary>
    public bool IsService => Name.Length > 0;

    public string Namespace => _key.Namespace ?? "";

    public string Name => _key.Name ?? "";

    /// <summary>Sorted by host name, then address. Empty while the Service does not exist or has no address.</summary>
    public IReadOnlyList<LoadBalancerAddress> Current { get; private set; } = [];

    /// <summary>Null while it does not exist.</summary>
    public Service? Service { get; private set; }

    /// <summary>Given addresses and names, with commas.</summary>
    public static PublishedAddress Fixed(string text) => new(default)
    {
        Current = [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Address).OfType<LoadBalancerAddress>().Distinct()
            .OrderBy(static address => address.Hostname, StringComparer.Ordinal).ThenBy(static address => address.Ip, StringComparer.Ordinal)],
    };

    /// <exception cref="ControllerException">Not <c>namespace/name</c>.</exception>
    public static PublishedAddress Parse(string text) =>
        text.Split('/') is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? new PublishedAddress(new ObjectKey(ns, name))
            : throw new ControllerException($"--publish-service {text}: write namespace/name");

    public void Put(Service service)
    {
        if ((service.Metadata ?? new ObjectMeta()).Key == _key)
        {
            Service = service;
            Current = Addresses(service);
        }
    }

    public void Remove(ObjectKey key)
    {
        if (key == _key)
        {
            Service = null;
            Current = [];
        }
    }

    private static List<LoadBalancerAddress> Addresses(Service service)
    {
        var spec = service.Spec ?? new ServiceSpec();
        var external = (spec.ExternalIPs ?? []).Select(Address);
        var cluster = spec.ClusterIP is { Length: > 0 } ip and not "None" ? [Address(ip)] : Enumerable.Empty<LoadBalancerAddress?>();
        var addresses = spec.Type switch
        {
            "LoadBalancer" => (service.Status?.LoadBalancer?.Ingress ?? []).Select(static address => address is null ? null : new LoadBalancerAddress(address.Ip, address.Hostname)).Concat(external),
            "NodePort" when spec.ExternalIPs is { Count: > 0 } => external,
            "ExternalName" => [Address(spec.ExternalName)],
            _ => cluster,
        };
        return addresses
            .OfType<LoadBalancerAddress>()
            .Where(static address => !string.IsNullOrEmpty(address.Ip) || !string.IsNullOrEmpty(address.Hostname))
            .Distinct()
            .OrderBy(static address => address.Hostname, StringComparer.Ordinal)
            .ThenBy(static address => address.Ip, StringComparer.Ordinal)
            .ToList();
    }

    private static LoadBalancerAddress? Address(string? text) =>
        string.IsNullOrEmpty(text) ? null : IPAddress.TryParse(text, out _) ? new LoadBalancerAddress(text) : new LoadBalancerAddress(Hostname: text);
}

namespace Inlet.Kubernetes;

/// <summary>discovery.k8s.io/v1 EndpointSlice.</summary>
/// <param name="AddressType"><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</param>
public sealed record EndpointSlice(
    ObjectMeta? Metadata = null,
    string? AddressType = null,
    IReadOnlyList<SliceEndpoint?>? Endpoints = null,
    IReadOnlyList<SlicePort?>? Ports = null)
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The Service the slice belongs to; null when it names none.</summary>
    public string? ServiceName => Metadata?.Labels?.GetValueOrDefault(ServiceNameLabel) is { Length: > 0 } name ? name : null;
}

public sealed record SliceEndpoint(IReadOnlyList<string?>? Addresses = null, EndpointConditions? Conditions = null);

/// <param name="Ready">Null counts as true (EndpointSlice API).</param>
public sealed record EndpointConditions(bool? Ready = null);

/// <param name="Name">Null and empty are the same.</param>
public sealed record SlicePort(string? Name = null, int? Port = null, string? Protocol = null);

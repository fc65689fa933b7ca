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
/// <param name="Serving">Ready, whether it terminates or not; null counts as what <paramref name="Ready"/> says.</param>
/// <param name="Terminating">Null counts as false.</param>
public sealed record EndpointConditions(bool? Ready = null, bool? Serving = null, bool? Terminating = null)
{
    public bool IsReady => Ready ?? true;

    /// <summary>On its way out, and still answering.</summary>
    public bool IsDraining => !IsReady && Serving == true && Terminating == true;
}

/// <param name="Name">Null and empty are the same.</param>
public sealed record SlicePort(string? Name = null, int? Port = null, string? Protocol = null);

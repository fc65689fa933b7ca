namespace Inlet.Kubernetes;

/// <summary>networking.k8s.io/v1 Ingress, as far as we read it. Anything may be missing: files are not validated by an API server.</summary>
public sealed record Ingress(ObjectMeta? Metadata = null, IngressSpec? Spec = null, IngressStatus? Status = null);

public sealed record IngressSpec(
    string? IngressClassName = null,
    IngressBackend? DefaultBackend = null,
    IReadOnlyList<IngressTls?>? Tls = null,
    IReadOnlyList<IngressRule?>? Rules = null);

public sealed record IngressTls(IReadOnlyList<string?>? Hosts = null, string? SecretName = null);

public sealed record IngressRule(string? Host = null, HttpIngressRule? Http = null);

public sealed record HttpIngressRule(IReadOnlyList<HttpIngressPath?>? Paths = null);

/// <param name="PathType"><c>Exact</c>, <c>Prefix</c> or <c>ImplementationSpecific</c>; null in objects older than networking.k8s.io/v1.</param>
public sealed record HttpIngressPath(string? Path = null, string? PathType = null, IngressBackend? Backend = null);

public sealed record IngressBackend(IngressServiceBackend? Service = null, TypedLocalReference? Resource = null);

public sealed record IngressServiceBackend(string? Name = null, ServiceBackendPort? Port = null);

/// <summary>Exactly one of the two is set.</summary>
public sealed record ServiceBackendPort(string? Name = null, int? Number = null);

public sealed record TypedLocalReference(string? ApiGroup = null, string? Kind = null, string? Name = null);

public sealed record IngressStatus(LoadBalancerStatus? LoadBalancer = null);

public sealed record LoadBalancerStatus(IReadOnlyList<LoadBalancerAddress?>? Ingress = null);

public sealed record LoadBalancerAddress(string? Ip = null, string? Hostname = null);

/// <summary>networking.k8s.io/v1 IngressClass.</summary>
public sealed record IngressClass(ObjectMeta? Metadata = null, IngressClassSpec? Spec = null);

public sealed record IngressClassSpec(string? Controller = null);

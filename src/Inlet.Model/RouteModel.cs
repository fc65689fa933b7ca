namespace Inlet.Model;

/// <summary>
/// Everything the data plane routes by, as one immutable value: the seam between control plane and data plane. Hosts are
/// separate values so that a change compiles only the hosts it touches.
/// </summary>
/// <param name="Hosts">At most one entry per host name.</param>
/// <param name="DefaultBackend">Takes what no host and path matches; null answers 404.</param>
public sealed record RouteModel(EquatableArray<HostModel> Hosts, Split? DefaultBackend)
{
    public static RouteModel Empty { get; } = new([], null);

    /// <summary>How requests for <see cref="DefaultBackend"/> are handled.</summary>
    public RoutePolicies DefaultPolicies { get; init; } = RoutePolicies.Default;
}

/// <summary>The routes of one host.</summary>
/// <param name="Host">
/// Lower case without port: an exact name; <c>*.example.com</c>, which covers exactly one further label (Kubernetes
/// Ingress API); or the empty string for requests whose host no other entry covers.
/// </param>
/// <param name="Routes">Unordered; matching order is the compiler's business.</param>
/// <param name="Certificates">Certificates served by SNI for this host, e.g. one RSA and one ECDSA; empty means the default one.</param>
public sealed record HostModel(string Host, EquatableArray<Route> Routes, EquatableArray<CertificateMaterial> Certificates)
{
    /// <summary>What is asked of clients' certificates; null: nothing. Not for the host <c>""</c>, which no handshake can name.</summary>
    public ClientCertificatePolicy? ClientCertificates { get; init; }

    /// <summary>Null: the server's settings.</summary>
    public HostTlsPolicy? Tls { get; init; }

    /// <summary>
    /// TLS connections that name this host go to an endpoint of this backend as they are: nothing else of the host counts for them. Null:
    /// they are ended here.
    /// </summary>
    public BackendKey? Passthrough { get; init; }
}

/// <summary>Host + path → policies + backend split.</summary>
/// <param name="Source">The Ingress that owns the route, for logs, verdicts and explain.</param>
public sealed record Route(PathMatch Path, Split Split, TlsRedirectPolicy TlsRedirect, ObjectReference Source)
{
    public RoutePolicies Policies { get; init; } = RoutePolicies.Default;
}

/// <summary>How a path is compared (Kubernetes Ingress <c>pathType</c>).</summary>
public enum PathMatchKind
{
    /// <summary>The whole path, case-sensitive.</summary>
    Exact,

    /// <summary>By path element: <c>/foo</c> covers <c>/foo</c>, <c>/foo/</c> and <c>/foo/bar</c>, never <c>/foobar</c>.</summary>
    Prefix,

    /// <summary>
    /// By a regular expression (<see cref="PathRegex"/>), anchored at the path's start only. Longer patterns are asked first; a
    /// prefix that is at least as long as the pattern goes before it.
    /// </summary>
    Regex,
}

/// <param name="Path">Starts with <c>/</c>; a regular expression as it was written. A trailing slash of a prefix is not significant (Kubernetes), except for <c>/</c> itself.</param>
public sealed record PathMatch(PathMatchKind Kind, string Path);

using Inlet.Model;

namespace Inlet.Routing;

/// <summary>What the data plane routes by: immutable, shared by all loops. Matching allocates nothing.</summary>
public sealed class RoutingTable
{
    private readonly HostIndex _index;
    private readonly CompiledHost[] _hosts;
    private readonly CompiledRoute? _default;

    private RoutingTable(HostIndex index, CompiledHost[] hosts, CompiledRoute? fallback)
    {
        _index = index;
        _hosts = hosts;
        _default = fallback;
    }

    public static RoutingTable Empty { get; } = new(HostIndex.Empty, [], null);

    /// <summary>
    /// Compiles a model. Hosts equal to those of <paramref name="previous"/> are taken over as they are, so the cost is that
    /// of the hosts that changed; the result is the same as compiling from scratch.
    /// </summary>
    /// <param name="previous">A table compiled with the same <paramref name="backends"/>, or null.</param>
    /// <exception cref="ArgumentException">A host name occurs twice in the model.</exception>
    public static RoutingTable Compile(RouteModel model, RoutingTable? previous, BackendRegistry backends)
    {
        var index = HostIndex.For(model.Hosts, previous?._index ?? HostIndex.Empty, out var previousPositions);
        var hosts = new CompiledHost[model.Hosts.Count];
        for (var position = 0; position < hosts.Length; position++)
        {
            var host = model.Hosts[position];
            var hasCertificate = HasCertificate(position, model, index);
            var old = previousPositions[position] is >= 0 and var before ? previous!._hosts[before] : null;
            hosts[position] = old is not null && old.HasCertificate == hasCertificate && (ReferenceEquals(old.Model, host) || old.Model == host)
                ? old
                : new CompiledHost(host, hasCertificate, backends);
        }

        return new RoutingTable(index, hosts, CompileDefault(model, previous, backends));
    }

    /// <summary>
    /// Exact host, else the wildcard that covers it, else the host <c>""</c>. The first of these that has routes decides: a
    /// path it does not know goes to the model's default backend, never on to the next host.
    /// </summary>
    /// <param name="host">Lower case, without port and trailing dot.</param>
    /// <param name="path">Canonical, without query.</param>
    /// <returns>Null answers 404.</returns>
    public CompiledRoute? Match(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) => HostFor(host)?.Match(path) ?? _default;

    /// <summary>The primary backend of what no host and path takes; -1 when there is none.</summary>
    public int DefaultBackend => _default?.Split.PrimaryBackend ?? -1;

    /// <summary>The host that decides, and for each of its routes whether that one alone would take the path. For explanations.</summary>
    /// <inheritdoc cref="Match" path="/param"/>
    public RouteExplanation Explain(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path)
    {
        var decides = HostFor(host);
        var candidates = new List<RouteCandidate>();
        foreach (var route in decides?.InOrder ?? [])
        {
            // Asked alone, by the very code that asks all of them.
            var alone = new CompiledHost(decides!.Model with { Routes = [route.Route] }, decides.HasCertificate, new BackendRegistry());
            candidates.Add(new RouteCandidate(route, alone.Match(path) is not null));
        }

        return new RouteExplanation(decides?.Model.Host, candidates, Match(host, path));
    }

    /// <summary>Whether a TLS handshake with this name would be answered with a certificate other than the default one.</summary>
    public bool HostHasCertificate(ReadOnlySpan<byte> host)
    {
        var exact = _index.Exact(host);
        var wildcard = _index.Wildcard(host);
        return (exact >= 0 && _hosts[exact].HasCertificate) || (wildcard >= 0 && _hosts[wildcard].HasCertificate);
    }

    private CompiledHost? HostFor(ReadOnlySpan<byte> host) => Routed(_index.Exact(host)) ?? Routed(_index.Wildcard(host)) ?? Routed(_index.Any);

    // A host without routes only brings a certificate (spec.tls without a rule); it must not hide the wildcard's routes.
    private CompiledHost? Routed(int position) => position >= 0 && _hosts[position].Model.Routes.Count > 0 ? _hosts[position] : null;

    private static bool HasCertificate(int position, RouteModel model, HostIndex index)
    {
        var host = model.Hosts[position];
        if (host.Host.Length == 0 || host.Certificates.Count > 0)
        {
            // No client can name the host "" in its handshake.
            return host.Host.Length > 0;
        }

        return index.WildcardAbove(position) is >= 0 and var wildcard && model.Hosts[wildcard].Certificates.Count > 0;
    }

    private static CompiledRoute? CompileDefault(RouteModel model, RoutingTable? previous, BackendRegistry backends)
    {
        if (model.DefaultBackend is not { } split)
        {
            return null;
        }

        if (previous?._default is { } old && old.Route.Split == split && old.Route.Policies == model.DefaultPolicies)
        {
            return old;
        }

        var route = new Route(new PathMatch(PathMatchKind.Prefix, "/"), split, TlsRedirectPolicy.Off, new ObjectReference("Ingress", "", ""))
        {
            Policies = model.DefaultPolicies,
        };
        return new CompiledRoute(route, "", backends, hostHasCertificate: false, clientCertificates: null);
    }
}

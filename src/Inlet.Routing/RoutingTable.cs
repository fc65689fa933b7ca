using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>What the data plane routes by: immutable, shared by all loops. Matching allocates nothing.</summary>
public sealed class RoutingTable
{
    private readonly Dictionary<string, CompiledHost> _hosts;
    private readonly Dictionary<string, CompiledHost>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly CompiledRoute? _default;

    private RoutingTable(Dictionary<string, CompiledHost> hosts, CompiledRoute? fallback)
    {
        _hosts = hosts;
        _lookup = hosts.GetAlternateLookup<ReadOnlySpan<char>>();
        _default = fallback;
    }

    public static RoutingTable Empty { get; } = new(new Dictionary<string, CompiledHost>(StringComparer.Ordinal), null);

    /// <summary>Compiles a model; hosts equal to those of <paramref name="previous"/> are taken over as they are.</summary>
    public static RoutingTable Compile(RouteModel model, RoutingTable? previous, BackendRegistry backends)
    {
        var hosts = new Dictionary<string, CompiledHost>(model.Hosts.Count, StringComparer.Ordinal);
        foreach (var host in model.Hosts)
        {
            hosts[host.Host] = previous is not null && previous._hosts.TryGetValue(host.Host, out var old)
                && (ReferenceEquals(old.Model, host) || old.Model == host) ? old : new CompiledHost(host, backends);
        }

        return new RoutingTable(hosts, CompileDefault(model, previous, backends));
    }

    /// <param name="host">Lower case, without port and trailing dot.</param>
    /// <param name="path">Canonical, without query.</param>
    /// <returns>Null answers 404.</returns>
    public CompiledRoute? Match(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) => FindHost(host)?.Match(path) ?? _default;

    public bool HostHasCertificate(ReadOnlySpan<byte> host) => FindHost(host) is { Model.Certificates.Count: > 0 };

    private CompiledHost? FindHost(ReadOnlySpan<byte> host)
    {
        if (_hosts.Count == 0 || host.Length > 255)
        {
            return null;
        }

        Span<char> name = stackalloc char[256];
        name = name[..Encoding.ASCII.GetChars(host, name)];
        if (_lookup.TryGetValue(name, out var found))
        {
            return found;
        }

        var dot = name.IndexOf('.');
        if (dot > 0)
        {
            // In place: the star replaces the last character of the label it stands for.
            name[dot - 1] = '*';
            if (_lookup.TryGetValue(name[(dot - 1)..], out found))
            {
                return found;
            }
        }

        return _lookup.TryGetValue(default, out found) ? found : null;
    }

    private static CompiledRoute? CompileDefault(RouteModel model, RoutingTable? previous, BackendRegistry backends)
    {
        if (model.DefaultBackend is not { } split)
        {
            return null;
        }

        if (previous?._default is { } old && old.Route.Split == split)
        {
            return old;
        }

        var route = new Route(new PathMatch(PathMatchKind.Prefix, "/"), split, TlsRedirectPolicy.Off, new ObjectReference("Ingress", "", ""));
        return new CompiledRoute(route, "", new CompiledSplit(split, backends), hostHasCertificate: false);
    }

    private sealed class CompiledHost
    {
        private readonly CompiledRoute[] _routes;

        public CompiledHost(HostModel model, BackendRegistry backends)
        {
            Model = model;
            _routes = new CompiledRoute[model.Routes.Count];
            for (var index = 0; index < _routes.Length; index++)
            {
                var route = model.Routes[index];
                _routes[index] = new CompiledRoute(
                    route, model.Host, new CompiledSplit(route.Split, backends), model.Certificates.Count > 0);
            }

            // Exact before Prefix, longer before shorter (Kubernetes Ingress, "multiple matches").
            Array.Sort(_routes, static (left, right) =>
                left.Route.Path.Kind != right.Route.Path.Kind
                    ? left.Route.Path.Kind.CompareTo(right.Route.Path.Kind)
                    : right.Path.Length.CompareTo(left.Path.Length));
        }

        public HostModel Model { get; }

        public CompiledRoute? Match(ReadOnlySpan<byte> path)
        {
            foreach (var route in _routes)
            {
                if (route.Covers(path))
                {
                    return route;
                }
            }

            return null;
        }
    }
}

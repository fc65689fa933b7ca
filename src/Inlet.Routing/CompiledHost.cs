using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>The routes of one host, indexed. Reused from table to table while its inputs stay equal.</summary>
internal sealed class CompiledHost
{
    private readonly CompiledRoute[] _exact;
    private readonly ByteKeyIndex _exactIndex;
    private readonly CompiledRoute[] _prefixes;
    private readonly ByteKeyIndex _prefixIndex;

    /// <summary>
    /// The distinct lengths of the prefixes, longest first. Trying only these, and not each segment of the request's path,
    /// bounds the work by what operators configured: a path of a thousand slashes costs no more than any other.
    /// </summary>
    private readonly int[] _prefixLengths;

    /// <summary>Longest pattern first, as the order in which they are asked.</summary>
    private readonly CompiledRoute[] _patterns;

    public CompiledHost(HostModel model, bool hasCertificate, BackendRegistry backends)
    {
        Model = model;
        HasCertificate = hasCertificate;
        var exact = new Routes();
        var prefixes = new Routes();
        var patterns = new Dictionary<string, CompiledRoute>();
        foreach (var route in model.Routes)
        {
            if (route.Path.Kind == PathMatchKind.Regex)
            {
                patterns.TryAdd(route.Path.Path, new CompiledRoute(route, model.Host, backends, hasCertificate, model.ClientCertificates));
                continue;
            }

            var routes = route.Path.Kind == PathMatchKind.Exact ? exact : prefixes;
            // Of equal paths the first stands: translation settles conflicts and reports them.
            routes.TryAdd(PathPattern.Canonical(route.Path), new CompiledRoute(route, model.Host, backends, hasCertificate, model.ClientCertificates));
        }

        (_exact, _exactIndex) = exact.Index();
        (_prefixes, _prefixIndex) = prefixes.Index();
        _patterns = [.. patterns.Values.OrderByDescending(static route => route.Route.Path.Path.Length)
            .ThenByDescending(static route => route.Route.Path.Path, StringComparer.Ordinal)];
        _prefixLengths = [.. prefixes.Paths.Select(static path => path.Length).Distinct().OrderDescending()];
    }

    public HostModel Model { get; }

    /// <summary>Its own, or that of the wildcard above it.</summary>
    public bool HasCertificate { get; }

    /// <summary>All of them, once each, in the order in which they are asked.</summary>
    public IEnumerable<CompiledRoute> InOrder =>
        [.. _exact, .. _patterns.Concat(_prefixes).OrderByDescending(static route => route.Route.Path.Path.Length)];

    public CompiledRoute? Match(ReadOnlySpan<byte> path)
    {
        if (_exact.Length > 0 && _exactIndex.Find(path) is >= 0 and var whole)
        {
            return _exact[whole];
        }

        var prefix = LongestPrefix(path, out var prefixLength);
        return (_patterns.Length > 0 ? FirstPattern(path, prefixLength) : null) ?? prefix;
    }

    /// <param name="matched">Its length without a trailing slash; -1 when there is none.</param>
    private CompiledRoute? LongestPrefix(ReadOnlySpan<byte> path, out int matched)
    {
        foreach (var length in _prefixLengths)
        {
            if ((length == 0 || length == path.Length || (length < path.Length && path[length] == '/'))
                && _prefixIndex.Find(path[..length]) is >= 0 and var prefix)
            {
                matched = length;
                return _prefixes[prefix];
            }
        }

        matched = -1;
        return null;
    }

    /// <summary>The first pattern longer than the prefix that describes the beginning of the path.</summary>
    private CompiledRoute? FirstPattern(ReadOnlySpan<byte> path, int prefixLength)
    {
        const int OnStack = 1024;
        var text = path.Length <= OnStack ? stackalloc char[OnStack] : new char[path.Length];
        text = text[..Encoding.Latin1.GetChars(path, text)];
        foreach (var route in _patterns)
        {
            if (route.Route.Path.Path.Length <= prefixLength)
            {
                return null;
            }

            if (route.Pattern!.IsMatch(text))
            {
                return route;
            }
        }

        return null;
    }

    private sealed class Routes
    {
        private readonly List<CompiledRoute> _routes = [];
        private readonly HashSet<string> _seen = [];

        public List<byte[]> Paths { get; } = [];

        public void TryAdd(byte[] path, CompiledRoute route)
        {
            if (_seen.Add(Convert.ToHexString(path)))
            {
                Paths.Add(path);
                _routes.Add(route);
            }
        }

        public (CompiledRoute[] Routes, ByteKeyIndex Index) Index() => ([.. _routes], new ByteKeyIndex([.. Paths]));
    }
}

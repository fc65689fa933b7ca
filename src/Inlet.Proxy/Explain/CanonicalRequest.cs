using System.Text;
using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Host and path as the event loops see them, for explanations.</summary>
public sealed class CanonicalRequest
{
    private readonly byte[] _host;
    private readonly byte[] _path;

    private CanonicalRequest(byte[] host, byte[] path)
    {
        _host = host;
        _path = path;
    }

    public string Host => Encoding.ASCII.GetString(_host);

    public string Path => Encoding.ASCII.GetString(_path);

    /// <param name="host">Without port.</param>
    /// <param name="target">From <c>/</c> on, with or without a query.</param>
    /// <returns>Null for a host that is too long, or a path that climbs above the root: both are refused.</returns>
    public static CanonicalRequest? Read(string host, string target)
    {
        if (host.Length > HostName.MaxLength)
        {
            return null;
        }

        var end = target.IndexOf('?');
        var path = Encoding.ASCII.GetBytes(end < 0 ? target : target[..end]);
        var scratch = new byte[HostName.MaxLength];
        var canonicalHost = scratch[..HostName.Canonicalize(Encoding.ASCII.GetBytes(host), scratch)];
        if (!PathCanonicalizer.NeedsWork(path))
        {
            return new CanonicalRequest(canonicalHost, path);
        }

        var canonical = new byte[path.Length * 3];
        return PathCanonicalizer.TryCanonicalize(path, canonical, out var written) ? new CanonicalRequest(canonicalHost, canonical[..written]) : null;
    }

    public RouteExplanation Explain(RoutingTable table) => table.Explain(_host, _path);
}

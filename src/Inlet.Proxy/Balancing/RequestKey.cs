using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>The hash of what <see cref="BalancingPolicy.HashBy"/> names in a request.</summary>
internal static class RequestKey
{
    public static ulong Of(CompiledPolicies policies, ClientConnection client, RequestHead head, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        switch (policies.Balancing.HashBy?.Source ?? HashSource.ClientAddress)
        {
            case HashSource.Host:
                // As typed, a host has many spellings.
                Span<byte> host = stackalloc byte[HostName.MaxLength];
                return StableHash.Of(host[..HostName.Canonicalize(head.Host(source), host)]);
            case HashSource.Path:
                return StableHash.Of(path);
            case HashSource.Target:
                return StableHash.Of(source.Slice(head.PathStart, head.PathLength + head.QueryLength));
            case HashSource.Header:
                return StableHash.Of(head.Block.Find(source, policies.HashName));
            case HashSource.Cookie:
                return StableHash.Of(Cookies.TryFind(head, source, policies.HashName, out var value) ? value : default);
            default:
                return StableHash.Of(client.ClientText);
        }
    }
}

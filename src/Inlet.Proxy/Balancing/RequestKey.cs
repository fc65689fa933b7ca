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
            case HashSource.Text:
                return OfText(client, head, source, path);
            default:
                return StableHash.Of(client.ClientText);
        }
    }

    private static ulong OfText(ClientConnection client, RequestHead head, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
    {
        Span<byte> text = stackalloc byte[4096];
        var writer = new ByteWriter(text);
        var facts = new TemplateFacts { Client = client, Head = head, Source = source, Path = path, Https = client.Tls };
        client.Mechanisms!.HashText!.Write(facts, forUrl: false, ref writer);
        // What does not fit any more makes no difference.
        return StableHash.Of(text[..writer.Length]);
    }
}

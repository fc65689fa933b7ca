using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>Clients that come back to their endpoint: which backend and endpoint a cookie means, and the cookie for who has none.</summary>
internal sealed partial class EventLoop
{
    /// <summary>A cookie of the route's main backend, or of a canary's, goes before every condition of a canary.</summary>
    private int ChooseBackend(ClientConnection client, CompiledRoute route, ReadOnlySpan<byte> source)
    {
        if (client.Mechanisms?.Affinity is not { } affinity)
        {
            return _canaries.Choose(route.Split, _request, source);
        }

        client.WithoutSameSite = affinity.LeavesSameSiteOut(_request.Block.Find(source, "User-Agent"u8));
        if (affinity.TryRead(_request, source, out var key, out var bound) && BoundBackend(route.Split, bound) is >= 0 and var backend)
        {
            client.Sticky = client.StickyKnown = true;
            client.StickyKey = key;
            return backend;
        }

        var chosen = _canaries.Choose(route.Split, _request, source);
        client.Sticky = client.SetsSticky = chosen == route.Split.PrimaryBackend || TakesPart(route.Split, chosen);
        return chosen;
    }

    /// <returns>-1 when the cookie is bound to none of them that can be met.</returns>
    private int BoundBackend(CompiledSplit split, ulong bound)
    {
        if (split.PrimaryBackend >= 0 && _backends.HashOf(split.PrimaryBackend) == bound)
        {
            return split.PrimaryBackend;
        }

        foreach (var canary in split.Canaries)
        {
            if (!canary.WithoutAffinity && _backends.HashOf(canary.Backend) == bound && _backends.HasReady(canary.Backend))
            {
                return canary.Backend;
            }
        }

        return -1;
    }

    private static bool TakesPart(CompiledSplit split, int backend)
    {
        foreach (var canary in split.Canaries)
        {
            if (canary.Backend == backend)
            {
                return !canary.WithoutAffinity;
            }
        }

        return false;
    }

    private EndpointState? StickyEndpoint(ClientConnection client, StickyCookie affinity)
    {
        var failed = client.Endpoint;
        if (client.StickyKnown && (failed is null || !affinity.Policy.ChangeOnFailure)
            && _backends.FindSticky(client.Backend, client.StickyKey, affinity.Policy.Persistent) is { } known)
        {
            return known;
        }

        // New, or its endpoint is gone, or failed it: from here on it belongs elsewhere.
        client.StickyKnown = false;
        client.SetsSticky = true;
        return _backends.ChooseSticky(client.Backend, client.Policies.Balancing, affinity.Policy.Persistent, failed, out client.StickyKey);
    }

    private void AddStickyCookie(ClientConnection client)
    {
        if (!client.SetsSticky)
        {
            return;
        }

        Span<byte> text = stackalloc byte[1024];
        var writer = new ByteWriter(text);
        client.Mechanisms!.Affinity!.Write(
            client.StickyKey, _backends.HashOf(client.Backend), client.Tls, client.WithoutSameSite, _shared.Time.GetUtcNow(), ref writer);
        if (!writer.Overflowed)
        {
            AddToAnswer(client, text[..writer.Length]);
        }
    }
}

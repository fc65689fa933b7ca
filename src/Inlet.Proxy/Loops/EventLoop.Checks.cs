using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>What a request that has a route must pass before an endpoint is chosen, in this order.</summary>
internal sealed partial class EventLoop
{
    private Failure Check(ClientConnection client, CompiledRoute route, PublishedState published, ReadOnlySpan<byte> host)
    {
        // First: a redirect needs no endpoint, and what is asked of clients can be asked only where it leads.
        if (!client.Tls && Redirects(route, published.Table, host))
        {
            return Failure.RedirectToTls;
        }

        // Before anything that could tell a stranger more about the host.
        var identity = CheckIdentity(client, route);
        if (identity != Failure.None)
        {
            return identity;
        }

        client.SendIdentity = route.ClientCertificates is not null && client.Identity is not null;
        client.Policies = route.Policies;
        // By what is announced; a body without a length is measured on its way.
        if (BodyLimit(client) is { } limit && client.RequestLeft > limit)
        {
            _refusals.Body(client, Failure.BodyTooLarge, limit, _now);
            return Failure.BodyTooLarge;
        }

        var tls = route.Policies.UpstreamTls;
        client.UpstreamTls = tls is null ? null : published.UpstreamTls.Find(tls);
        return tls is not null && client.UpstreamTls is null ? Failure.UpstreamTlsBroken : Failure.None;
    }

    /// <summary>A request that reached a wildcard's or everybody's route may still have a certificate for its own name.</summary>
    private static bool Redirects(CompiledRoute route, RoutingTable table, ReadOnlySpan<byte> host) => route.TlsRedirect switch
    {
        TlsRedirectPolicy.Always => true,
        TlsRedirectPolicy.WhenHostHasCertificate => route.HostHasCertificate || table.HostHasCertificate(host),
        _ => false,
    };

    private static Failure CheckIdentity(ClientConnection client, CompiledRoute route)
    {
        if (route.ClientCertificates is not { } policy)
        {
            return Failure.None;
        }

        if (!client.Tls)
        {
            return Failure.TlsRequired;
        }

        // The handshake may have named another host, or the policy may have changed since: a new connection settles both.
        return client.Asked is { } asked && asked.Policy == policy ? asked.Judge(client.Identity) : Failure.Misdirected;
    }
}

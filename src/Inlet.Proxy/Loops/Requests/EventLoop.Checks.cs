using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>What a request that has a route must pass before an endpoint is chosen, in this order.</summary>
internal sealed partial class EventLoop
{
    private Failure Check(ClientConnection client, CompiledRoute route, PublishedState published, ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, ReadOnlySpan<byte> source)
    {
        // Before all: not even a redirect may tell of a route that could not be made as its owner wants it.
        if (route.Policies.Closed)
        {
            return Failure.RouteClosed;
        }

        // Before everything that depends on which of two routes it is.
        if (path.ContainsAny((byte)'%', (byte)'\\') && IsEvasive(path, route, published.Table, host))
        {
            return Failure.BadRequest;
        }

        client.Policies = route.Policies;
        if (route.Policies.HasMechanisms && BeginMechanisms(client, route, published.Table, source) is var preflight and not Failure.None)
        {
            return preflight;
        }

        // Before the redirect to HTTPS, which would only add a step: where a route redirects to is no secret.
        if (route.Policies.Redirect is not null)
        {
            return Failure.Redirected;
        }

        // A redirect needs no endpoint, and what is asked of clients can be asked only where it leads.
        if (!client.Tls && Redirects(route, published.Table, host))
        {
            return Failure.RedirectToTls;
        }

        // Before anything that could tell a stranger more about the host.
        var identity = CheckIdentity(client, route);
        if (identity != Failure.None)
        {
            return WithErrorPage(client, route, identity);
        }

        // Before the addresses and passwords, whose checks are what a flood would cost.
        if (client.Mechanisms?.Limiter is { } limiter
            && limiter.Check(_shared.RequestLimits, client.ClientText, _microseconds, out client.LimitPlace) is var limited and not Failure.None)
        {
            return limited;
        }

        // Before the body's size: strangers need not learn what would be too large.
        if (route.Policies.Access is { } access && !AccessFilter.Allows(access, client.ClientText))
        {
            client.AddressDenied = true;
            if (client.Mechanisms is not { AnyIsEnough: true, Authenticates: true })
            {
                return Failure.AddressDenied;
            }
        }

        client.SendIdentity = route.ClientCertificates is not null && client.Identity is not null;
        // By what is announced; a body without a length is measured on its way.
        if (BodyLimit(client) is { } limit && client.RequestLeft > limit)
        {
            _refusals.Body(client, Failure.BodyTooLarge, limit, _now);
            return Failure.BodyTooLarge;
        }

        var tls = route.Policies.UpstreamTls is { AsClient: true } && !client.Tls ? null : route.Policies.UpstreamTls;
        client.UpstreamTls = tls is null ? null : published.UpstreamTls.Find(tls);
        return tls is not null && client.UpstreamTls is null ? Failure.UpstreamTlsBroken : Failure.None;
    }

    /// <summary>
    /// Endpoints may take an escaped slash or a backslash for a separator, and then see another path than was matched. Where that
    /// one has another route, and either of the two is not for everybody, the request would get around what protects it.
    /// </summary>
    private bool IsEvasive(ReadOnlySpan<byte> path, CompiledRoute route, RoutingTable table, ReadOnlySpan<byte> host)
    {
        var scratch = RewriteScratch();
        var length = 0;
        var differs = false;
        for (var at = 0; at < path.Length; at++)
        {
            var isEscape = path[at..].StartsWith("%2F"u8) || path[at..].StartsWith("%5C"u8);
            var isSeparator = isEscape || path[at] == '\\';
            differs |= isSeparator;
            scratch[length++] = isSeparator ? (byte)'/' : path[at];
            at += isEscape ? 2 : 0;
        }

        if (!differs)
        {
            return false;
        }

        if (!PathCanonicalizer.TryCanonicalize(scratch[..length], scratch[_path.Length..], out var written))
        {
            return IsProtected(route);
        }

        var other = table.Match(host, scratch.Slice(_path.Length, written));
        return !ReferenceEquals(other, route) && (IsProtected(route) || IsProtected(other));
    }

    private static bool IsProtected(CompiledRoute? route) => route is not null && (route.Policies.IsProtected || route.ClientCertificates is not null);

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

    private Failure WithErrorPage(ClientConnection client, CompiledRoute route, Failure failure)
    {
        if (failure is not (Failure.ClientCertificateMissing or Failure.ClientCertificateInvalid) || route.ClientCertificates?.ErrorPage is not { } page)
        {
            return failure;
        }

        AddToAnswer(client, System.Text.Encoding.ASCII.GetBytes($"Location: {page}\r\n"));
        return Failure.ClientCertificatePage;
    }
}

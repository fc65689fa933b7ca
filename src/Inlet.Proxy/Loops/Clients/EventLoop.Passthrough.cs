using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>TLS connections that an endpoint ends itself: looked at, never touched, and then bytes both ways.</summary>
internal sealed unsafe partial class EventLoop
{
    /// <returns>False when it is not all here yet, or the connection is closed.</returns>
    private bool Sniff(ClientConnection client)
    {
        if (!client.Readable)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes;
        fixed (byte* start = _scratch)
        {
            // Only looked at: it is for the endpoint, or for OpenSSL, to read.
            var count = (int)Libc.recv(client.Fd, start, ClientHello.MostBytes, Libc.Peek);
            bytes = _scratch.AsSpan(0, Math.Max(count, 0));
        }

        if (!ClientHello.TryFindName(bytes, out var name) && bytes.Length < ClientHello.MostBytes && !client.PeerFinished)
        {
            // What was looked at is still in the socket; more of it brings an edge of its own.
            client.Readable = false;
            return false;
        }

        if (_shared.Published.Passthrough?.Find(name) is >= 0 and var backend)
        {
            return PassThrough(client, backend);
        }

        client.Phase = ClientPhase.Handshake;
        return true;
    }

    private bool PassThrough(ClientConnection client, int backend)
    {
        OpenSsl.SSL_free(client.Ssl);
        client.Ssl = 0;
        client.Backend = backend;
        client.Endpoint = null;
        client.Sticky = false;
        client.UpstreamTls = null;
        client.Policies = Inlet.Routing.CompiledPolicies.Default;
        client.Tries = 0;
        client.ClientEnded = client.UpstreamEnded = false;
        if (!_backends.HasReady(backend))
        {
            Close(client);
            return false;
        }

        client.Phase = ClientPhase.Tunnel;
        _counters.TunnelsOpen++;
        _backends.CountRequest(backend);
        return OpenTunnel(client);
    }

    /// <summary>To the next endpoint, of as many as a request would try.</summary>
    private bool OpenTunnel(ClientConnection client)
    {
        while (client.Tries < RetryPolicy.Default.MaxTries && NextEndpoint(client) is { } endpoint)
        {
            client.Tries++;
            client.Endpoint = endpoint;
            var fd = Sockets.Connect(endpoint.Address, out var connected);
            if (fd < 0)
            {
                TunnelRefused(client, endpoint, Failure.UpstreamRefused);
                continue;
            }

            var upstream = _freeUpstreams.TryPop(out var free) ? free : new UpstreamConnection();
            upstream.Reset(fd, endpoint, !connected, _now);
            _counters.UpstreamConnects++;
            _counters.UpstreamOpen++;
            Attach(client, upstream);
            AddSlot(upstream);
            SetDeadline(client, connected ? _options.TunnelIdleTimeout : _options.ConnectTimeout);
            return true;
        }

        Close(client);
        return false;
    }

    private bool ConnectTunnel(ClientConnection client, UpstreamConnection upstream)
    {
        if (!(upstream.Writable || upstream.Readable))
        {
            return false;
        }

        if (Connect(upstream) is var failure and not Failure.None)
        {
            TunnelRefused(client, upstream.Endpoint, failure);
            Close(upstream);
            return OpenTunnel(client);
        }

        return !upstream.Connecting;
    }

    private void TunnelRefused(ClientConnection client, EndpointState endpoint, Failure failure)
    {
        _counters.UpstreamConnectFailures++;
        EndpointFailed(client, endpoint, failure);
    }
}

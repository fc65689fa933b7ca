using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>Choosing, connecting, pooling and replacing upstream connections.</summary>
internal sealed unsafe partial class EventLoop
{
    /// <summary>Sends the first bytes of a request, on a kept connection where one is good.</summary>
    private bool SendToUpstream(ClientConnection client, ReadOnlySpan<byte> bytes)
    {
        if (NextEndpoint(client) is not { } endpoint)
        {
            return FailExchange(client, Failure.EndpointsBusy);
        }

        client.Tries++;
        while (TakeIdle(endpoint, client.UpstreamTls, client.Replay is not null) is { } kept)
        {
            Attach(client, kept);
            kept.Reused = true;
            if (Send(kept, bytes))
            {
                return true;
            }

            // Not one byte left this machine: the next connection may have it whatever the method.
            Close(kept);
        }

        return ConnectAndSend(client, endpoint, bytes);
    }

    private EndpointState? NextEndpoint(ClientConnection client) => client.Sticky
        ? StickyEndpoint(client, client.Mechanisms!.Affinity!)
        : _backends.Choose(client.Backend, client.Policies.Balancing, client.HashKey, avoid: client.Endpoint);

    private void EndpointFailed(ClientConnection client, EndpointState endpoint, Failure failure)
    {
        var policy = client.Policies.PassiveHealth;
        if (endpoint.Health.Failed(policy, _now, _backends.HasOther(client.Backend, endpoint)))
        {
            _counters.Ejections++;
            ProxyLog.EndpointEjected(
                _logger, endpoint.Endpoint.ToString(), _backends.KeyOf(client.Backend)?.ToString() ?? "", policy.MaxFailures, failure);
        }
    }

    /// <summary>The head of an answer is here. Whether that is a success shows at the answer's end.</summary>
    private void EndpointAnswered(ClientConnection client, EndpointState endpoint, int status)
    {
        var policies = client.Policies;
        if (CountsAsFailure(policies.PassiveHealth, status))
        {
            EndpointFailed(client, endpoint, Failure.ServerError);
        }

        if (policies.Balancing.Method == BalancingMethod.Ewma)
        {
            endpoint.Answered(client.UpstreamMicroseconds, _microseconds);
        }
    }

    /// <summary>
    /// An answer came whole. Not earlier: an endpoint that breaks off all its answers would begin each with a success, and its
    /// failures would never be in a row.
    /// </summary>
    private void EndpointCompleted(ClientConnection client, EndpointState endpoint)
    {
        if (!CountsAsFailure(client.Policies.PassiveHealth, client.Status))
        {
            endpoint.Health.Succeeded(client.Policies.PassiveHealth, _now);
        }
    }

    private static bool CountsAsFailure(PassiveHealthPolicy policy, int status) =>
        policy.CountServerErrors && status >= 500 && status != 501;

    private UpstreamConnection? TakeIdle(EndpointState endpoint, UpstreamTls? tls, bool replayable)
    {
        var idle = endpoint.Idle;
        for (var at = idle.Count - 1; at >= 0; at--)
        {
            var upstream = idle[at];
            if (!ReferenceEquals(upstream.Tls, tls))
            {
                continue;
            }

            idle.RemoveAt(at);
            // What cannot be sent twice is not sent on a connection whose end may be waiting unread: one peek tells.
            if (replayable || !HasEnded(upstream))
            {
                upstream.Deadline = long.MaxValue;
                return upstream;
            }

            Close(upstream);
        }

        return null;
    }

    private static bool HasEnded(UpstreamConnection upstream)
    {
        byte one;
        return Libc.recv(upstream.Fd, &one, 1, Libc.Peek) >= 0 || Libc.LastError != Libc.Again;
    }

    private void Attach(ClientConnection client, UpstreamConnection upstream)
    {
        client.Upstream = upstream;
        upstream.Client = client;
        upstream.Endpoint.BeginRequest();
        client.Endpoint = upstream.Endpoint;
        client.SentAt = _microseconds;
        upstream.KeepAlive = false;
        upstream.Requests++;
        upstream.Sent = 0;
        upstream.HeadSeen = 0;
    }

    private bool ConnectAndSend(ClientConnection client, EndpointState endpoint, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var fd = Sockets.Connect(endpoint.Address, out var connected);
            if (fd >= 0)
            {
                var upstream = _freeUpstreams.TryPop(out var free) ? free : new UpstreamConnection();
                upstream.Reset(fd, endpoint, !connected || client.UpstreamTls is not null, _now);
                upstream.Tls = client.UpstreamTls;
                upstream.Ssl = client.UpstreamTls?.Open(fd, endpoint.TakeSession(client.UpstreamTls)) ?? 0;
                _counters.UpstreamConnects++;
                _counters.UpstreamOpen++;
                Attach(client, upstream);
                AddSlot(upstream);
                // Without its handshake the request would go out in the clear.
                if ((upstream.Tls is null || upstream.Ssl != 0) && Send(upstream, bytes))
                {
                    return true;
                }

                Close(upstream);
            }
            else if (IsOurOwnShortage(-fd))
            {
                return FailForWantOfSockets(client, -fd);
            }

            client.Endpoint = endpoint;
            _counters.UpstreamConnectFailures++;
            EndpointFailed(client, endpoint, Failure.UpstreamRefused);
            if (!MayTryOnce(client) || NextEndpoint(client) is not { } next)
            {
                return FailExchange(client, Failure.UpstreamRefused);
            }

            client.Tries++;
            endpoint = next;
        }
    }

    private static bool IsOurOwnShortage(int error) =>
        error is Libc.TooManyFiles or Libc.TooManyFilesInSystem or Libc.AddressNotAvailable or Libc.NoBuffers;

    /// <summary>No endpoint is to blame: none is counted as failing, or a crowd of clients would empty the table.</summary>
    private bool FailForWantOfSockets(ClientConnection client, int error)
    {
        _counters.UpstreamConnectFailures++;
        if (MayWarn())
        {
            ProxyLog.NoSocketForEndpoint(_logger, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error));
        }

        Crowd();
        return FailExchange(client, Failure.OutOfSockets);
    }

    /// <summary>An upstream's event: the client it serves goes on, or an idle one ends.</summary>
    private void DriveUpstream(UpstreamConnection upstream)
    {
        if (upstream.Client is { } client)
        {
            Drive(client);
            return;
        }

        if (upstream.Service is { } exchange)
        {
            DriveService(upstream, exchange);
            return;
        }

        // A TLS peer may still send tickets, which are no news.
        if (upstream.Readable && !(upstream.Ssl != 0 && Receive(upstream, _scratch.AsSpan(0, 1)) == WouldBlock))
        {
            // An idle connection has nothing to say but its end.
            Close(upstream);
        }
    }

    private void Release(ClientConnection client, UpstreamConnection upstream)
    {
        client.Upstream = null;
        upstream.Client = null;
        upstream.Endpoint.EndRequest();
        if (upstream is { Ssl: not 0, Requests: 1 })
        {
            upstream.Endpoint.KeepSession(upstream.Tls!, TlsSession.Of(upstream.Ssl));
        }

        var reusable = upstream.KeepAlive && client.RequestDone && upstream.OutLength == 0 && upstream.InLength == 0
            && !upstream.PeerFinished && !upstream.Broken && upstream.Endpoint.Backends > 0 && !_draining
            && upstream.Endpoint.Idle.Count < _options.MaxIdleUpstreamConnections
            && upstream.Requests < _options.MaxRequestsPerUpstreamConnection
            && _now - upstream.OpenedAt < _options.UpstreamConnectionLifetime.TotalMilliseconds;
        if (!reusable)
        {
            Close(upstream);
            return;
        }

        upstream.Endpoint.Idle.Add(upstream);
        SetDeadline(upstream, _options.UpstreamIdleTimeout);
    }

    private void CloseIdle(EndpointState endpoint)
    {
        while (endpoint.Idle.Count > 0)
        {
            Close(endpoint.Idle[^1]);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// Requests of ours to services outside the routes: asynchronous on the loop, over kept connections like those to endpoints. Whoever
/// started one hears of its end exactly once; nobody's request waits for one longer than its timeouts.
/// </summary>
internal sealed unsafe partial class EventLoop
{
    private const int MostServiceEndpoints = 4096;
    private const long MostServiceBodyBytes = 1 << 20;
    private const int LongestServiceHead = 48 * 1024;

    private readonly Dictionary<Endpoint, EndpointState> _serviceEndpoints = [];
    private readonly ResponseHead _serviceHead = new();
    private int _serviceTurn;

    /// <returns>False when no address takes it; nobody is told then.</returns>
    private bool StartService(ServiceExchange exchange, ReadOnlySpan<byte> request)
    {
        exchange.Request = _buffers.Rent(request.Length);
        request.CopyTo(exchange.Request);
        exchange.RequestLength = request.Length;
        _serviceTurn++;
        if (SendService(exchange, keptToo: true))
        {
            return true;
        }

        ReturnBuffer(ref exchange.Request);
        return false;
    }

    private bool SendService(ServiceExchange exchange, bool keptToo)
    {
        var addresses = exchange.Target.Endpoints;
        while (exchange.Tries < addresses.Length)
        {
            var endpoint = ServiceEndpoint(addresses[(int)((uint)(_serviceTurn + exchange.Tries) % (uint)addresses.Length)]);
            while (keptToo && TakeIdle(endpoint, exchange.Target.Tls, replayable: true) is { } kept)
            {
                kept.Reused = true;
                if (TrySend(kept, exchange))
                {
                    return true;
                }
            }

            var fd = Sockets.Connect(endpoint.Address, out var connected);
            if (fd >= 0)
            {
                var upstream = _freeUpstreams.TryPop(out var free) ? free : new UpstreamConnection();
                upstream.Reset(fd, endpoint, !connected || exchange.Target.Tls is not null, _now);
                upstream.Tls = exchange.Target.Tls;
                upstream.Ssl = exchange.Target.Tls?.Open(fd, endpoint.TakeSession(exchange.Target.Tls)) ?? 0;
                _counters.UpstreamConnects++;
                _counters.UpstreamOpen++;
                AddSlot(upstream);
                if ((upstream.Tls is null || upstream.Ssl != 0) && TrySend(upstream, exchange))
                {
                    return true;
                }

                if (upstream.Open)
                {
                    Close(upstream);
                }
            }

            exchange.Tries++;
        }

        return false;
    }

    private bool TrySend(UpstreamConnection upstream, ServiceExchange exchange)
    {
        upstream.KeepAlive = false;
        upstream.Requests++;
        upstream.Sent = 0;
        upstream.HeadSeen = 0;
        if (!Send(upstream, exchange.Request.AsSpan(0, exchange.RequestLength)))
        {
            Close(upstream);
            return false;
        }

        upstream.Service = exchange;
        SetDeadline(upstream, upstream.Connecting ? _options.ConnectTimeout : exchange.ReadTimeout);
        return true;
    }

    private EndpointState ServiceEndpoint(Endpoint endpoint)
    {
        if (_serviceEndpoints.TryGetValue(endpoint, out var known))
        {
            return known;
        }

        if (_serviceEndpoints.Count >= MostServiceEndpoints)
        {
            foreach (var (old, unused) in _serviceEndpoints)
            {
                if (unused.Idle.Count == 0)
                {
                    _serviceEndpoints.Remove(old);
                }
            }
        }

        return _serviceEndpoints[endpoint] = new EndpointState(endpoint, new EndpointHealth(1, _now, isNew: false), 0);
    }

    private void DriveService(UpstreamConnection upstream, ServiceExchange exchange)
    {
        if (upstream.Connecting)
        {
            if (!(upstream.Writable || upstream.Readable))
            {
                return;
            }

            if (Connect(upstream) != Failure.None)
            {
                SendElsewhere(upstream, exchange);
                return;
            }

            if (upstream.Connecting)
            {
                return;
            }

            SetDeadline(upstream, exchange.ReadTimeout);
        }

        if (!Flush(upstream))
        {
            upstream.Readable = upstream.Broken = true;
        }

        for (var round = 0; round < MaxRounds; round++)
        {
            if (!upstream.Readable)
            {
                return;
            }

            var have = upstream.InLength;
            upstream.In.AsSpan(0, have).CopyTo(_scratch);
            var count = Receive(upstream, _scratch.AsSpan(have, ReadBytes - have));
            if (count == WouldBlock)
            {
                return;
            }

            if (count <= 0)
            {
                ServiceClosed(upstream, exchange);
                return;
            }

            exchange.Started = true;
            if (!TakeService(upstream, exchange, have + count))
            {
                return;
            }
        }

        TurnLater(upstream);
    }

    /// <returns>False when the exchange is over.</returns>
    private bool TakeService(UpstreamConnection upstream, ServiceExchange exchange, int have)
    {
        var rest = _scratch.AsSpan(0, have);
        if (!exchange.HeadDone)
        {
            var status = ParseServiceHead(ref rest);
            if (status == ParseStatus.Incomplete)
            {
                Save(upstream, rest);
                return true;
            }

            if (status == ParseStatus.Refused || _serviceHead.Status == 101)
            {
                Close(upstream);
                return false;
            }

            Save(upstream, default);
            exchange.HeadDone = true;
            exchange.Framing = _serviceHead.FramingFor(exchange.ToHead);
            exchange.Left = Math.Max(0, _serviceHead.Block.ContentLength);
            upstream.KeepAlive = _serviceHead.KeepAlive;
            TellService(exchange, rest[.._serviceHead.Length]);
            rest = rest[_serviceHead.Length..];
        }

        return SkipBody(upstream, exchange, rest);
    }

    /// <summary>Steps over interim answers.</summary>
    private ParseStatus ParseServiceHead(ref Span<byte> rest)
    {
        while (true)
        {
            var status = ResponseHeadParser.Parse(rest, _serviceHead, LongestServiceHead, out _);
            if (status != ParseStatus.Complete || !_serviceHead.IsInterim || _serviceHead.Status == 101)
            {
                return status;
            }

            rest = rest[_serviceHead.Length..];
            if (rest.IsEmpty)
            {
                return ParseStatus.Incomplete;
            }
        }
    }

    /// <summary>Reads the body to its end, so that the connection can serve again.</summary>
    private bool SkipBody(UpstreamConnection upstream, ServiceExchange exchange, Span<byte> bytes)
    {
        exchange.Read += bytes.Length;
        var done = false;
        switch (exchange.Framing)
        {
            case BodyFraming.None:
                done = true;
                upstream.KeepAlive &= bytes.IsEmpty;
                break;
            case BodyFraming.Length:
                upstream.KeepAlive &= bytes.Length <= exchange.Left;
                exchange.Left -= Math.Min(bytes.Length, exchange.Left);
                done = exchange.Left == 0;
                break;
            case BodyFraming.Chunked:
                var status = exchange.Decoder.Decode(bytes, out var consumed, out _, out _);
                done = status != ChunkedStatus.NeedMore;
                upstream.KeepAlive &= status == ChunkedStatus.Done && consumed == bytes.Length;
                break;
            default:
                upstream.KeepAlive = false;
                break;
        }

        if (!done && exchange.Read <= MostServiceBodyBytes)
        {
            return true;
        }

        EndService(upstream, exchange, reusable: done && upstream.KeepAlive);
        return false;
    }

    private void ServiceClosed(UpstreamConnection upstream, ServiceExchange exchange)
    {
        if (upstream.Reused && !exchange.Started)
        {
            // Stale: once more, on a fresh one.
            upstream.Service = null;
            Close(upstream);
            if (!SendService(exchange, keptToo: false))
            {
                ServiceLost(exchange);
            }

            return;
        }

        Close(upstream);
    }

    private void SendElsewhere(UpstreamConnection failed, ServiceExchange exchange)
    {
        failed.Service = null;
        Close(failed);
        exchange.Tries++;
        if (!SendService(exchange, keptToo: true))
        {
            ServiceLost(exchange);
        }
    }

    private void EndService(UpstreamConnection upstream, ServiceExchange exchange, bool reusable)
    {
        upstream.Service = null;
        ReturnBuffer(ref exchange.Request);
        _mirrors -= exchange.IsMirror ? 1 : 0;
        if (!reusable || upstream.OutLength > 0 || upstream.PeerFinished || upstream.Broken || _draining
            || upstream.Endpoint.Idle.Count >= _options.MaxIdleUpstreamConnections
            || upstream.Requests >= _options.MaxRequestsPerUpstreamConnection
            || _now - upstream.OpenedAt >= _options.UpstreamConnectionLifetime.TotalMilliseconds)
        {
            Close(upstream);
            return;
        }

        upstream.Endpoint.Idle.Add(upstream);
        SetDeadline(upstream, _options.UpstreamIdleTimeout);
    }

    /// <summary>There will be no answer.</summary>
    private void ServiceLost(ServiceExchange exchange)
    {
        ReturnBuffer(ref exchange.Request);
        _mirrors -= exchange.IsMirror ? 1 : 0;
        if (!exchange.HeadDone)
        {
            Wake(exchange, Failure.AuthenticationUnavailable, null);
        }
    }

    /// <param name="head">The bytes of <see cref="_serviceHead"/>.</param>
    private void TellService(ServiceExchange exchange, ReadOnlySpan<byte> head)
    {
        if (exchange.Authentication is { } service)
        {
            var answer = ReadAnswer(service, head);
            if (exchange.CacheName is { } name && service.KeepFor(answer.Status) is var time && time > TimeSpan.Zero)
            {
                _serviceAnswers.Note(name, answer, time, _now);
            }

            Wake(exchange, answer.Verdict, answer);
        }
    }

    private void Wake(ServiceExchange exchange, Failure verdict, ServiceAnswer? answer)
    {
        if (exchange.Client is { } client && IsWaiting(client, exchange.Generation))
        {
            client.ServiceAnswer = answer;
            client.Verdict = verdict;
            client.Woken = true;
            TurnLater(client);
        }

        exchange.Client = null;
    }

    private static bool IsWaiting([NotNullWhen(true)] ClientConnection? client, uint generation) =>
        client is { Open: true, Phase: ClientPhase.Waiting } && client.Generation == generation;
}

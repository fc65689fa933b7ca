using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>The client's half of a request's way: its head, its route, and on to an endpoint.</summary>
internal sealed unsafe partial class EventLoop
{
    /// <summary>Room in front of what is read, where a rewritten head or a chunk size may grow.</summary>
    private const int Headroom = 2048;

    private const int ReadBytes = 64 * 1024;

    /// <summary>Reads of one connection before others get their turn.</summary>
    private const int MaxRounds = 16;

    private const int MaxDiscardedBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(2);

    // The loop's scratch: every read lands here, and what goes on at once is sent from here.
    private readonly byte[] _scratch = BufferPool.AllocatePinned(Headroom + ReadBytes + ChunkFraming.MaxSuffixBytes + ChunkedDecoder.MaxTrailerBytes);
    private readonly byte[] _outgoing = BufferPool.AllocatePinned(ReadBytes + (56 * 1024) + ChunkedDecoder.MaxTrailerBytes);
    private readonly byte[] _path = BufferPool.AllocatePinned(48 * 1024);
    private readonly RequestHead _request = new();
    private readonly LoopBackends _backends;
    private readonly CanaryChoice _canaries;

    /// <summary>Goes as far as it can without waiting.</summary>
    private void Drive(ClientConnection client)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            // A tunnel reads on: its ends hang up one after the other with bytes still to fetch.
            if ((client.Broken && client.Phase != ClientPhase.Tunnel) || !Flush(client))
            {
                Close(client);
                return;
            }

            var goOn = client.Phase switch
            {
                ClientPhase.Preamble => ReadPreamble(client),
                ClientPhase.Sniffing => Sniff(client),
                ClientPhase.Handshake => Handshake(client),
                ClientPhase.Head => ReadHead(client),
                ClientPhase.Waiting => Resume(client),
                ClientPhase.Exchange => Exchange(client),
                ClientPhase.Tunnel => Tunnel(client),
                _ => Closing(client),
            };
            if (!goOn || !client.Open)
            {
                return;
            }
        }

        TurnLater(client);
    }

    /// <summary>Takes one request head, from what is kept and what can be read.</summary>
    private bool ReadHead(ClientConnection client)
    {
        if (client.OutLength > 0)
        {
            return false;
        }

        var limit = _options.MaxRequestHeadBytes;
        var buffer = _scratch.AsSpan(Headroom, ReadBytes);
        var have = client.InLength;
        client.In.AsSpan(0, have).CopyTo(buffer);
        // Kept bytes may already hold a whole head (pipelining); what was searched in vain needs more first.
        var worth = have > client.HeadSeen;
        if (!worth)
        {
            if (!client.Readable)
            {
                return false;
            }

            var count = Receive(client, buffer[have..Math.Max(limit, have + 1)]);
            if (count <= 0)
            {
                return HeadEnded(client, count);
            }

            _counters.BytesReceived += count;
            if (have == 0)
            {
                SetDeadline(client, _options.HeadTimeout);
            }

            have += count;
        }

        var source = buffer[..have];
        var status = ParseStatus.Incomplete;
        var refusal = HttpRefusal.None;
        if (client.HeadSeen == 0 || have >= limit || HeadLines.WorthParsing(source, client.HeadSeen))
        {
            status = RequestHeadParser.Parse(source, _request, _options.MaxRequestLineBytes, limit, out refusal);
        }

        switch (status)
        {
            case ParseStatus.Incomplete:
                Save(client, source);
                client.HeadSeen = have;
                if (worth)
                {
                    // It began behind the request before it: no first read has started its clock.
                    SetDeadline(client, _options.HeadTimeout);
                }

                return true;
            case ParseStatus.Refused:
                _refusals.Head(client, refusal, source, _now);
                client.BeginRequest(_request, _microseconds);
                client.RequestDone = client.ToHead = false;
                BeginRefusedAccount(client, source);
                return Answer(client, FailureResponses.OfRefusal(refusal));
            default:
                client.HeadSeen = 0;
                return BeginExchange(client, buffer, have);
        }
    }

    private bool HeadEnded(ClientConnection client, int result)
    {
        if (result != WouldBlock)
        {
            Close(client);
        }

        return false;
    }

    /// <summary>Routes the parsed request and sends it on its way. <paramref name="buffer"/> holds its head and what came behind it.</summary>
    private bool BeginExchange(ClientConnection client, Span<byte> buffer, int have)
    {
        client.BeginRequest(_request, _microseconds);
        _ids.WriteHex(client.RequestId);
        if (client.TrustedPeer)
        {
            client.SetClientText(ForwardedFor.FindClient(_request, buffer[..have], _shared.TrustedPeers, _options.TrustedHops, client.AddressText));
        }

        client.KeepAlive &= !_draining && !IsCrowded && client.RequestsSeen < _options.MaxRequestsPerConnection;
        var source = buffer[..have];
        if (!TryPath(source, out var path))
        {
            BeginAccount(client, source, null);
            return Answer(client, Failure.BadRequest);
        }

        _shared.RequestProbe?.Invoke(path);
        Span<byte> hostBuffer = stackalloc byte[HostName.MaxLength];
        var host = hostBuffer[..HostName.Canonicalize(_request.Host(source), hostBuffer)];
        // The one read of the published state: whatever is published from here on is for later requests.
        var published = _shared.Published;
        var route = published.Table.Match(host, path);
        BeginAccount(client, source, route);
        _tracing?.Begin(client, _request, source, route);
        var failure = route is null ? Failure.NoRoute : Check(client, route, published, host, path, source);
        if (failure != Failure.None)
        {
            return AnswerEarly(client, source, failure);
        }

        return Authenticate(client, route!, published, buffer, have, path);
    }

    /// <returns>False when the path has no canonical form.</returns>
    private bool TryPath(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> path)
    {
        path = _request.Path(source);
        if (!PathCanonicalizer.NeedsWork(path))
        {
            return true;
        }

        var isGood = PathCanonicalizer.TryCanonicalize(path, _path, out var written);
        path = _path.AsSpan(0, written);
        return isGood;
    }

    private bool ChooseAndForward(ClientConnection client, CompiledRoute route, Span<byte> buffer, int have, ReadOnlySpan<byte> path)
    {
        var source = buffer[..have];
        client.Backend = ChooseBackend(client, route, source);
        if (client.Backend >= 0 && _backends.HasReady(client.Backend))
        {
            return Forward(client, route, buffer, have, path);
        }

        if (client.Backend < 0 && route.Route.Split.NotFound)
        {
            return AnswerEarly(client, source, Failure.NoRoute);
        }

        return route.ErrorBackend >= 0 && _backends.HasReady(route.ErrorBackend)
            ? Send(client, buffer, have, path, StandIn(client, route, source)) : AnswerEarly(client, source, Failure.NoEndpoints);
    }

    /// <summary>Sends the head on, rewritten, with what came of the body behind it.</summary>
    private bool Forward(ClientConnection client, CompiledRoute route, Span<byte> buffer, int have, ReadOnlySpan<byte> path)
    {
        var source = buffer[..have];
        if (client.Policies.Balancing.Method == BalancingMethod.ConsistentHash)
        {
            client.HashKey = RequestKey.Of(client.Policies, client, _request, source, path);
        }

        var ownFields = FieldsForEndpoint(client, route, path);
        if (route.Rewrite is { } rewrite)
        {
            if (!TryRewrite(rewrite, ref path))
            {
                return AnswerEarly(client, buffer[..have], Failure.BadRequest);
            }
        }
        else if (_options.ForwardTargetAsSent)
        {
            path = _request.Path(source);
        }

        return Send(client, buffer, have, path, ownFields);
    }

    private bool Send(ClientConnection client, Span<byte> buffer, int have, ReadOnlySpan<byte> path, ReadOnlySpan<byte> ownFields)
    {
        var source = buffer[..have];
        var outLength = WriteRequestHead(client, source, path, ownFields, client.Mechanisms?.RequestFilter);
        if (outLength < 0)
        {
            return Answer(client, Failure.HeadTooLarge);
        }

        var headLength = outLength;
        var rest = buffer[_request.Length..have];
        var taken = TakeBodyBehindHead(client, rest, ref outLength, out var failed);
        if (failed)
        {
            return Answer(client, Failure.BadRequest);
        }

        if (BodyLimit(client) is { } most && client.RequestBytes > most)
        {
            return AnswerTooLarge(client);
        }

        if (client.Mechanisms?.Mirror is { } mirror && !client.ErrorPage)
        {
            BeginMirror(client, mirror, source, path, _outgoing.AsSpan(headLength, outLength - headLength));
        }

        Save(client, rest[taken..]);
        client.Phase = ClientPhase.Exchange;
        _backends.CountRequest(client.Backend);
        KeepForReplay(client, _outgoing.AsSpan(0, outLength));
        return SendToUpstream(client, _outgoing.AsSpan(0, outLength));
    }

    private int WriteRequestHead(
        ClientConnection client, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path, ReadOnlySpan<byte> ownFields, IFieldFilter? filter)
    {
        var facts = new ForwardingFacts
        {
            PeerAddress = client.AddressText,
            ClientAddress = client.ClientText,
            Scheme = client.Tls ? "https"u8 : "http"u8,
            Port = client.Port,
            RequestId = client.RequestId,
            TrustPeer = client.TrustedPeer,
            KeepRealIp = client.TrustedPeer && _request.Block.ForwardedForIndex < 0,
            SendForwarded = _options.SendForwarded,
            Host = client.Policies.UpstreamHost,
            TraceParent = _tracing is null ? default : _tracing.TextFor(client),
            ContinuesTrace = client.ContinuesTrace,
            ExtraFields = ownFields,
            Filter = filter,
        };
        return RequestHeadWriter.Write(_request, source, path, facts, _outgoing.AsSpan(0, 56 * 1024));
    }
}

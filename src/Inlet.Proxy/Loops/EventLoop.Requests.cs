using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>The client's half of a request's way: handshake, head, route, body.</summary>
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
    private readonly byte[] _scratch = BufferPool.AllocatePinned(Headroom + ReadBytes + ChunkFraming.MaxSuffixBytes);
    private readonly byte[] _outgoing = BufferPool.AllocatePinned(ReadBytes + (56 * 1024));
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
                ClientPhase.Handshake => Handshake(client),
                ClientPhase.Head => ReadHead(client),
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

    private bool Handshake(ClientConnection client)
    {
        if (client.ReadWantsWrite ? !client.Writable : !client.Readable)
        {
            return false;
        }

        var result = OpenSsl.SSL_do_handshake(client.Ssl);
        client.ReadWantsWrite = false;
        client.Asked = TlsContext.TakeAsked() ?? client.Asked;
        if (result == 1)
        {
            _counters.TlsHandshakes++;
            client.Identity = client.Asked is { } asked ? ClientIdentity.Of(client.Ssl, asked) : null;
            client.Phase = ClientPhase.Head;
            client.Readable = true;
            if (OpenSsl.SSL_has_pending(client.Ssl) == 0)
            {
                // We send no ticket that would carry it: without this a client with Nagle's algorithm on holds its request
                // back until the kernel's delayed acknowledgement, about 40 ms later.
                Sockets.AcknowledgeNow(client.Fd);
            }

            return true;
        }

        var error = OpenSsl.SSL_get_error(client.Ssl, result);
        OpenSsl.ERR_clear_error();
        if (error is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite && !(client.PeerFinished && error == OpenSsl.ErrorWantRead))
        {
            client.Readable = false;
            client.ReadWantsWrite = error == OpenSsl.ErrorWantWrite;
            client.Writable &= !client.ReadWantsWrite;
            return false;
        }

        _counters.TlsHandshakeFailures++;
        Close(client);
        return false;
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
        NextRequestId(client.RequestId);
        if (client.TrustedPeer)
        {
            client.SetClientText(ForwardedFor.FindClient(_request, buffer[..have], _shared.TrustedPeers, client.AddressText));
        }

        client.KeepAlive &= !_draining && client.RequestsSeen < _options.MaxRequestsPerConnection;
        var source = buffer[..have];
        var path = _request.Path(source);
        if (PathCanonicalizer.NeedsWork(path))
        {
            if (!PathCanonicalizer.TryCanonicalize(path, _path, out var written))
            {
                BeginAccount(client, source, null);
                return Answer(client, Failure.BadRequest);
            }

            path = _path.AsSpan(0, written);
        }

        _shared.RequestProbe?.Invoke(path);
        Span<byte> hostBuffer = stackalloc byte[HostName.MaxLength];
        var host = hostBuffer[..HostName.Canonicalize(_request.Host(source), hostBuffer)];
        // The one read of the published state: whatever is published from here on is for later requests.
        var published = _shared.Published;
        var table = published.Table;
        var route = table.Match(host, path);
        BeginAccount(client, source, route);
        if (route is null)
        {
            return AnswerEarly(client, source, Failure.NoRoute);
        }

        if (!client.Tls && Redirects(route, table, host))
        {
            return AnswerEarly(client, source, Failure.RedirectToTls);
        }

        if (Refuses(client, route) is var refusal and not Failure.None)
        {
            return AnswerEarly(client, source, refusal);
        }

        client.SendIdentity = route.ClientCertificates is not null && client.Identity is not null;
        client.Policies = route.Policies;
        if (BodyLimit(client) is { } limit && client.RequestLeft > limit)
        {
            return AnswerTooLarge(client);
        }

        if (client.Policies.UpstreamTls is { } upstreamTls && (client.UpstreamTls = published.UpstreamTls.Find(upstreamTls)) is null)
        {
            return AnswerEarly(client, source, Failure.UpstreamTlsBroken);
        }

        client.Backend = _canaries.Choose(route.Split, _request, source);
        return client.Backend < 0 || !_backends.HasReady(client.Backend)
            ? AnswerEarly(client, source, Failure.NoEndpoints) : Forward(client, buffer, have, path);
    }

    /// <summary>Sends the head on, rewritten, with what came of the body behind it.</summary>
    private bool Forward(ClientConnection client, Span<byte> buffer, int have, ReadOnlySpan<byte> path)
    {
        var source = buffer[..have];
        if (client.Policies.Balancing.Method == BalancingMethod.ConsistentHash)
        {
            client.HashKey = RequestKey.Of(client.Policies, client, _request, source, path);
        }

        var outLength = WriteRequestHead(client, source, path);
        if (outLength < 0)
        {
            return Answer(client, Failure.HeadTooLarge);
        }

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

        Save(client, rest[taken..]);
        client.Phase = ClientPhase.Exchange;
        _backends.CountRequest(client.Backend);
        KeepForReplay(client, _outgoing.AsSpan(0, outLength));
        return SendToUpstream(client, _outgoing.AsSpan(0, outLength));
    }

    /// <summary>Whether a host that asks for client certificates turns this request away.</summary>
    private static Failure Refuses(ClientConnection client, CompiledRoute route)
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

    private long? BodyLimit(ClientConnection client) =>
        client.Policies.BodySize is { } own ? own.MaxBytes : _options.MaxRequestBodyBytes;

    private bool AnswerTooLarge(ClientConnection client)
    {
        _refusals.Body(client, Failure.BodyTooLarge, BodyLimit(client), _now);
        return FailExchange(client, Failure.BodyTooLarge);
    }

    /// <summary>A request that reached a wildcard's or everybody's route may still have a certificate for its own name.</summary>
    private static bool Redirects(CompiledRoute route, RoutingTable table, ReadOnlySpan<byte> host) => route.TlsRedirect switch
    {
        TlsRedirectPolicy.Always => true,
        TlsRedirectPolicy.WhenHostHasCertificate => route.HostHasCertificate || table.HostHasCertificate(host),
        _ => false,
    };

    private int WriteRequestHead(ClientConnection client, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path)
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
            ExtraFields = client.SendIdentity ? client.Identity!.Fields : default,
        };
        return RequestHeadWriter.Write(_request, source, path, facts, _outgoing.AsSpan(0, 56 * 1024));
    }

    /// <summary>Puts what arrived of the body behind the head in <see cref="_outgoing"/>: one send for both.</summary>
    /// <returns>Bytes of <paramref name="rest"/> that belong to this request.</returns>
    private int TakeBodyBehindHead(ClientConnection client, Span<byte> rest, ref int outLength, out bool malformed)
    {
        malformed = false;
        if (client.RequestDone || rest.IsEmpty)
        {
            return 0;
        }

        if (!client.RequestChunked)
        {
            var length = (int)Math.Min(client.RequestLeft, rest.Length);
            rest[..length].CopyTo(_outgoing.AsSpan(outLength));
            outLength += length;
            client.RequestLeft -= length;
            client.RequestBytes += length;
            client.RequestDone = client.RequestLeft == 0;
            return length;
        }

        var status = client.RequestDecoder.Decode(rest, out var consumed, out var dataLength);
        malformed = status == ChunkedStatus.Malformed;
        client.RequestDone = status == ChunkedStatus.Done;
        client.RequestBytes += dataLength;
        var dataStart = outLength + ChunkFraming.MaxPrefixBytes;
        rest[..dataLength].CopyTo(_outgoing.AsSpan(dataStart));
        var (start, end) = ChunkFraming.Frame(_outgoing, dataStart, dataLength, client.RequestDone);
        _outgoing.AsSpan(start, end - start).CopyTo(_outgoing.AsSpan(outLength));
        outLength += end - start;
        return consumed;
    }

    /// <summary>Moves what the client sends of the body to the upstream, while that one takes it.</summary>
    /// <returns>False when the exchange is over.</returns>
    private bool PumpRequest(ClientConnection client)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var upstream = client.Upstream!;
            if (client.RequestDone || upstream.Connecting || upstream.OutLength > 0 || upstream.Broken)
            {
                return true;
            }

            var start = Headroom;
            var count = client.InLength;
            if (count > 0)
            {
                client.In.AsSpan(0, count).CopyTo(_scratch.AsSpan(start));
                Save(client, default);
            }
            else
            {
                if (!client.Readable)
                {
                    return true;
                }

                var most = client.RequestChunked ? ReadBytes : (int)Math.Min(ReadBytes, client.RequestLeft);
                count = Receive(client, _scratch.AsSpan(start, most));
                if (count == WouldBlock)
                {
                    return true;
                }

                if (count <= 0)
                {
                    // The client gave up in the middle of its own request.
                    Close(client);
                    return false;
                }

                _counters.BytesReceived += count;
            }

            if (!RelayRequestBody(client, upstream, start, count))
            {
                return false;
            }
        }

        TurnLater(client);
        return true;
    }

    private bool RelayRequestBody(ClientConnection client, UpstreamConnection upstream, int start, int count)
    {
        ReturnBuffer(ref client.Replay);
        int end;
        if (client.RequestChunked)
        {
            var status = client.RequestDecoder.Decode(_scratch.AsSpan(start, count), out var consumed, out var dataLength);
            if (status == ChunkedStatus.Malformed)
            {
                return FailExchange(client, Failure.BadRequest);
            }

            client.RequestDone = status == ChunkedStatus.Done;
            client.RequestBytes += dataLength;
            Save(client, _scratch.AsSpan(start + consumed, count - consumed));
            (start, end) = ChunkFraming.Frame(_scratch, start, dataLength, client.RequestDone);
        }
        else
        {
            var length = (int)Math.Min(count, client.RequestLeft);
            Save(client, _scratch.AsSpan(start + length, count - length));
            client.RequestLeft -= length;
            client.RequestBytes += length;
            client.RequestDone = client.RequestLeft == 0;
            end = start + length;
        }

        if (BodyLimit(client) is { } limit && client.RequestBytes > limit)
        {
            return AnswerTooLarge(client);
        }

        if (!Send(upstream, _scratch.AsSpan(start, end - start)))
        {
            // It may have answered before it hung up: the response's side finds out.
            upstream.Broken = upstream.Readable = true;
        }

        return true;
    }

    /// <summary>Reads and drops what the client still sends, until it has seen the end of our answer.</summary>
    private bool Closing(ClientConnection client)
    {
        if (client.OutLength > 0)
        {
            return false;
        }

        if (!client.ShutDown)
        {
            client.ShutDown = true;
            Save(client, default);
            FinishSending(client);
            client.Deadline = long.MaxValue;
            SetDeadline(client, ClosingTime);
        }

        while (client.Readable)
        {
            int count;
            fixed (byte* start = _scratch)
            {
                // Past TLS: nobody will look at it.
                count = (int)Libc.recv(client.Fd, start, ReadBytes, 0);
            }

            if (count < 0 && Libc.LastError == Libc.Again)
            {
                client.Readable = false;
                return false;
            }

            client.Discarded += Math.Max(count, 0);
            if (count <= 0 || client.Discarded > MaxDiscardedBytes)
            {
                Close(client);
                return false;
            }
        }

        return false;
    }
}

using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>The upstream's half: response head and body, and the end of an exchange.</summary>
internal sealed partial class EventLoop
{
    /// <summary>With a response's head and one read of its body this still fits a <see cref="BufferPool.LargeBytes"/> buffer.</summary>
    private const int MaxWaitingInterimBytes = 8 * 1024;

    private readonly ResponseHead _response = new();

    /// <returns>True when the client connection can go on in another phase.</returns>
    private bool Exchange(ClientConnection client)
    {
        var upstream = client.Upstream!;
        if (upstream.Connecting && (upstream.Writable || upstream.Readable) && Connect(upstream) is var failure and not Failure.None)
        {
            if (!ConnectFailed(client, failure) || client.Phase != ClientPhase.Exchange)
            {
                return client.Open;
            }

            Wait(client);
            return false;
        }

        if (!upstream.Connecting && !Flush(upstream))
        {
            if (upstream.Sent == 0)
            {
                // Reset before it got one byte: as good as refused.
                if (!ConnectFailed(client, Failure.UpstreamRefused) || client.Phase != ClientPhase.Exchange)
                {
                    return client.Open;
                }

                Wait(client);
                return false;
            }

            upstream.Broken = upstream.Readable = true;
        }

        if (!PumpRequest(client) || client.Phase != ClientPhase.Exchange)
        {
            return client.Open;
        }

        if (!PumpResponse(client) || client.Phase != ClientPhase.Exchange)
        {
            return client.Open;
        }

        Wait(client);
        return false;
    }

    private void Wait(ClientConnection client)
    {
        var upstream = client.Upstream!;
        var own = client.Policies.Timeouts;
        var before = client.WaitsFor;
        (client.WaitsFor, var time) =
            PaceOf(client) is { } pace ? (WaitsFor.Pace, pace)
            : upstream.Connecting ? (WaitsFor.Connect, own?.Connect ?? _options.ConnectTimeout)
            : client.OutLength > 0 ? (WaitsFor.ClientWrite, _options.ClientTimeout)
            : upstream.OutLength > 0 ? (WaitsFor.UpstreamWrite, own?.Send ?? _options.UpstreamSendTimeout)
            : !client.RequestDone ? (WaitsFor.ClientBody, _options.ClientTimeout)
            : (WaitsFor.UpstreamRead, own?.Read ?? _options.UpstreamReadTimeout);
        switch (client.WaitsFor)
        {
            case WaitsFor.ClientBody:
                WaitForBody(client, still: before == WaitsFor.ClientBody);
                break;
            case WaitsFor.ClientWrite:
                WaitForReader(client, still: before == WaitsFor.ClientWrite);
                break;
            default:
                SetDeadline(client, time);
                break;
        }
    }

    /// <returns>False when the client connection is closed.</returns>
    private bool PumpResponse(ClientConnection client)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var upstream = client.Upstream!;
            if (client.OutLength > 0 || upstream.Connecting || !upstream.Readable)
            {
                return true;
            }

            var have = upstream.InLength;
            var most = AllowedNow(client, ReadBytes - have);
            if (most == 0)
            {
                return true;
            }

            upstream.In.AsSpan(0, have).CopyTo(_scratch.AsSpan(Headroom));
            var count = Receive(upstream, _scratch.AsSpan(Headroom + have, most));
            if (count == WouldBlock)
            {
                return true;
            }

            if (count <= 0)
            {
                return ResponseEnded(client, upstream, wasReset: count == Failed);
            }

            client.ResponseStarted = true;
            have += count;
            var goesOn = client.ResponseHeadDone
                ? RelayBody(client, upstream, Headroom, Headroom, have)
                : TakeResponseHead(client, upstream, have);
            if (!goesOn || client.Phase != ClientPhase.Exchange)
            {
                return goesOn;
            }
        }

        TurnLater(client);
        return true;
    }

    private bool ResponseEnded(ClientConnection client, UpstreamConnection upstream, bool wasReset)
    {
        // Only an orderly end completes a body that has no other; after a reset nobody knows what is missing.
        if (client.ResponseHeadDone && client.ResponseFraming == BodyFraming.UntilClose && !wasReset)
        {
            upstream.KeepAlive = false;
            if (client.ResponseRechunked && !Send(client, "0\r\n\r\n"u8))
            {
                Close(client);
                return false;
            }

            return FinishExchange(client, upstream);
        }

        if (upstream.Sent == 0 && upstream.OutLength > 0 && !client.ResponseStarted)
        {
            return ConnectFailed(client, Failure.UpstreamClosed);
        }

        if (upstream.Reused && !client.ResponseStarted && client.Replay is not null)
        {
            return ReplayOnFresh(client);
        }

        return FailExchange(client, Failure.UpstreamClosed);
    }

    private bool TakeResponseHead(ClientConnection client, UpstreamConnection upstream, int have)
    {
        var start = Headroom;
        var end = Headroom + have;
        while (true)
        {
            var source = _scratch.AsSpan(start, end - start);
            var worthParsing = upstream.HeadSeen == 0 || source.Length >= _options.MaxResponseHeadBytes
                || HeadLines.WorthParsing(source, upstream.HeadSeen);
            var status = worthParsing
                ? ResponseHeadParser.Parse(source, _response, _options.MaxResponseHeadBytes, out _) : ParseStatus.Incomplete;
            if (status == ParseStatus.Incomplete)
            {
                Save(upstream, source);
                upstream.HeadSeen = source.Length;
                return true;
            }

            upstream.HeadSeen = 0;

            if (status == ParseStatus.Refused)
            {
                return FailExchange(client, Failure.UpstreamMalformed);
            }

            if (!_response.IsInterim || _response.Status == 101)
            {
                Save(upstream, default);
                return _response.Status == 101
                    ? BeginTunnel(client, upstream, source)
                    : BeginResponse(client, upstream, start, end);
            }

            if (!RelayInterim(client, source))
            {
                Close(client);
                return false;
            }

            start += _response.Length;
            if (start == end)
            {
                Save(upstream, default);
                return true;
            }
        }
    }

    /// <summary>100, 103 and their like go to the client at once (RFC 9110 §15.2), which HTTP/1.0 does not know.</summary>
    /// <returns>False when the client is gone.</returns>
    private bool RelayInterim(ClientConnection client, ReadOnlySpan<byte> source)
    {
        if (client.IsHttp10)
        {
            return true;
        }

        var length = ResponseHeadWriter.Write(_response, source, BodyFraming.None, false, false, _outgoing);
        // A client that takes nothing waits for none of them either; keeping them would let an upstream fill our memory.
        return length < 0 || client.OutLength + length > MaxWaitingInterimBytes || Send(client, _outgoing.AsSpan(0, length));
    }

    private bool BeginResponse(ClientConnection client, UpstreamConnection upstream, int start, int end)
    {
        if (MayRetry(client, ReasonOf(_response.Status)))
        {
            CountUpstreamAnswer(client);
            EndpointAnswered(client, upstream.Endpoint, _response.Status);
            return Retry(client);
        }

        if (client.ErrorRequest is not null && TakesErrorPage(client, _response.Status, byEndpoint: true))
        {
            return ReplaceAnswer(client, upstream, end - start - _response.Length);
        }

        var framing = _response.FramingFor(client.ToHead);
        client.ResponseFraming = framing;
        client.ResponseHeadDone = true;
        client.ResponseLeft = Math.Max(0, _response.Block.ContentLength);
        var endUnknown = framing is BodyFraming.Chunked or BodyFraming.UntilClose;
        client.ResponseRechunked = endUnknown && !client.IsHttp10;
        upstream.KeepAlive = _response.KeepAlive;
        if (!client.RequestDone || _draining || (endUnknown && client.IsHttp10))
        {
            client.KeepAlive = false;
        }

        var toClient = client.ResponseRechunked ? BodyFraming.Chunked
            : framing == BodyFraming.Chunked ? BodyFraming.UntilClose : framing;
        var source = _scratch.AsSpan(start, end - start);
        AddServiceCookies(client, _response.Status);
        AddStickyCookie(client);
        var length = ResponseHeadWriter.Write(_response, source, toClient, !client.KeepAlive, client.IsHttp10, _outgoing,
            client.AnswerFilter, client.Added.AsSpan(0, client.AddedLength));
        if (length < 0)
        {
            client.ResponseHeadDone = false;
            return FailExchange(client, Failure.UpstreamMalformed);
        }

        var bodyStart = start + _response.Length;
        // The new head goes directly in front of the body: one send for both, and the body is not copied.
        return RelayBody(client, upstream, bodyStart, bodyStart, end - bodyStart, length);
    }

    /// <summary>
    /// Sends <paramref name="count"/> bytes read at <paramref name="dataStart"/>, with the head that lies in
    /// <see cref="_outgoing"/> in front when there is one.
    /// </summary>
    private bool RelayBody(ClientConnection client, UpstreamConnection upstream, int dataStart, int start, int count, int headLength = 0)
    {
        var done = false;
        var end = dataStart + count;
        switch (client.ResponseFraming)
        {
            case BodyFraming.None:
                done = true;
                upstream.KeepAlive &= count == 0;
                end = dataStart;
                break;
            case BodyFraming.Length:
                var taken = (int)Math.Min(count, client.ResponseLeft);
                upstream.KeepAlive &= taken == count;
                client.ResponseLeft -= taken;
                done = client.ResponseLeft == 0;
                end = dataStart + taken;
                break;
            case BodyFraming.Chunked:
                var read = _scratch.AsSpan(dataStart, count);
                var status = client.ResponseDecoder.Decode(read, out var consumed, out var dataLength, out var trailerLength);
                if (status == ChunkedStatus.Malformed)
                {
                    client.ResponseHeadDone = headLength == 0;
                    return FailExchange(client, Failure.UpstreamMalformed);
                }

                done = status == ChunkedStatus.Done;
                upstream.KeepAlive &= consumed == count;
                end = dataStart + dataLength;
                if (client.ResponseRechunked)
                {
                    var trailers = TakeTrailers(ref upstream.Trailers, read[(consumed - trailerLength)..consumed], done);
                    (start, end) = ChunkFraming.Frame(_scratch, dataStart, dataLength, done, trailers);
                }

                break;
            default:
                if (client.ResponseRechunked)
                {
                    (start, end) = ChunkFraming.Frame(_scratch, dataStart, count, last: false);
                }

                break;
        }

        client.AnswerBodyBytes += end - start;
        if (headLength > 0)
        {
            CountAnswer(client, _response.Status);
            CountUpstreamAnswer(client);
            EndpointAnswered(client, upstream.Endpoint, _response.Status);
            ReturnBuffer(ref client.Replay);
            if (headLength <= start)
            {
                start -= headLength;
                _outgoing.AsSpan(0, headLength).CopyTo(_scratch.AsSpan(start));
            }
            else if (!Send(client, _outgoing.AsSpan(0, headLength)))
            {
                // A route's own fields may make a head larger than the room in front of the body.
                Close(client);
                return false;
            }
        }

        if (end > start && !Send(client, _scratch.AsSpan(start, end - start)))
        {
            Close(client);
            return false;
        }

        return !done || FinishExchange(client, upstream);
    }

    private bool FinishExchange(ClientConnection client, UpstreamConnection upstream)
    {
        ReturnBuffer(ref client.Replay);
        EndpointCompleted(client, upstream.Endpoint);
        EndAccount(client);
        Release(client, upstream);
        client.PaceMark = ClientConnection.NotMeasured;
        if (client.KeepAlive)
        {
            // Also in a drain: the head of this answer promised the client that the connection stays. The next one will not.
            client.Phase = ClientPhase.Head;
            client.HeadSeen = 0;
            SetDeadline(client, client.OutLength > 0 ? _options.ClientTimeout : _draining ? _options.DrainIdleTime : _options.IdleTimeout);
            return true;
        }

        client.Phase = ClientPhase.Closing;
        SetDeadline(client, _options.ClientTimeout);
        return true;
    }
}

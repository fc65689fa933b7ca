using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Request bodies on their way from the client to the endpoint, while that one takes them.</summary>
internal sealed partial class EventLoop
{
    private long? BodyLimit(ClientConnection client) =>
        client.Policies.BodySize is { } own ? own.MaxBytes : _options.MaxRequestBodyBytes;

    private bool AnswerTooLarge(ClientConnection client)
    {
        _refusals.Body(client, Failure.BodyTooLarge, BodyLimit(client), _now);
        return FailExchange(client, Failure.BodyTooLarge);
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

        var status = client.RequestDecoder.Decode(rest, out var consumed, out var dataLength, out var trailerLength);
        malformed = status == ChunkedStatus.Malformed;
        if (malformed)
        {
            return consumed;
        }

        client.RequestDone = status == ChunkedStatus.Done;
        client.RequestBytes += dataLength;
        var dataStart = outLength + ChunkFraming.MaxPrefixBytes;
        rest[..dataLength].CopyTo(_outgoing.AsSpan(dataStart));
        var trailers = TakeTrailers(ref client.Trailers, rest[(consumed - trailerLength)..consumed], client.RequestDone);
        var (start, end) = ChunkFraming.Frame(_outgoing, dataStart, dataLength, client.RequestDone, trailers);
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

            if (client.Phase != ClientPhase.Exchange)
            {
                // Refused and answered: there is no upstream to go on with.
                return true;
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
            var read = _scratch.AsSpan(start, count);
            var status = client.RequestDecoder.Decode(read, out var consumed, out var dataLength, out var trailerLength);
            if (status == ChunkedStatus.Malformed)
            {
                return FailExchange(client, Failure.BadRequest);
            }

            client.RequestDone = status == ChunkedStatus.Done;
            client.RequestBytes += dataLength;
            Save(client, read[consumed..]);
            var trailers = TakeTrailers(ref client.Trailers, read[(consumed - trailerLength)..consumed], client.RequestDone);
            (start, end) = ChunkFraming.Frame(_scratch, start, dataLength, client.RequestDone, trailers);
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

        if (client.Copy is not null)
        {
            AppendToMirror(client, _scratch.AsSpan(start, end - start));
            if (client.RequestDone)
            {
                SendMirror(client);
            }
        }

        if (!Send(upstream, _scratch.AsSpan(start, end - start)))
        {
            // It may have answered before it hung up: the response's side finds out.
            upstream.Broken = upstream.Readable = true;
        }

        return true;
    }
}

using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Upgraded connections: bytes both ways.</summary>
internal sealed partial class EventLoop
{
    private bool BeginTunnel(ClientConnection client, UpstreamConnection upstream, ReadOnlySpan<byte> source)
    {
        if (!client.WantsUpgrade)
        {
            return FailExchange(client, Failure.UpstreamMalformed);
        }

        client.ResponseHeadDone = true;
        AddStickyCookie(client);
        var length = ResponseHeadWriter.Write(
            _response, source, BodyFraming.None, false, false, _outgoing, client.AnswerFilter, client.Added.AsSpan(0, client.AddedLength));
        CountAnswer(client, 101);
        CountUpstreamAnswer(client);
        client.Phase = ClientPhase.Tunnel;
        ReturnBuffer(ref client.Replay);
        _counters.TunnelsOpen++;
        client.ClientEnded = client.UpstreamEnded = false;
        if (length < 0 || !Send(client, _outgoing.AsSpan(0, length)) || !Send(client, source[_response.Length..]))
        {
            Close(client);
            return false;
        }

        return true;
    }

    /// <summary>Bytes both ways; each side's end is passed on, the second one ends the tunnel.</summary>
    private bool Tunnel(ClientConnection client)
    {
        var upstream = client.Upstream;
        if (upstream is { Connecting: true })
        {
            return ConnectTunnel(client, upstream);
        }

        if (upstream is null || !Flush(upstream))
        {
            Close(client);
            return false;
        }

        // Only now, behind the 101, may what the client sent early go on.
        if (client.InLength > 0 && upstream.OutLength == 0)
        {
            var length = client.InLength;
            client.In.AsSpan(0, length).CopyTo(_scratch.AsSpan(Headroom));
            Save(client, default);
            if (!Send(upstream, _scratch.AsSpan(Headroom, length)))
            {
                Close(client);
                return false;
            }
        }

        if (!PumpTunnel(client, upstream, ref client.ClientEnded) || !PumpTunnel(upstream, client, ref client.UpstreamEnded))
        {
            Close(client);
            return false;
        }

        if (client.ClientEnded && client.UpstreamEnded && client.OutLength == 0 && upstream.OutLength == 0)
        {
            Close(client);
            return false;
        }

        SetDeadline(client, _options.TunnelIdleTimeout);
        return false;
    }

    private static void CountTunnelBytes(Connection to, int count)
    {
        if (to is ClientConnection client)
        {
            client.AnswerBodyBytes += count;
        }
        else
        {
            ((UpstreamConnection)to).Client!.RequestBytes += count;
        }
    }

    private bool PumpTunnel(Connection from, Connection to, ref bool ended)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            if (ended || !from.Readable || to.OutLength > 0 || from.InLength > 0)
            {
                return true;
            }

            var count = Receive(from, _scratch.AsSpan(Headroom, ReadBytes));
            if (count == WouldBlock)
            {
                return true;
            }

            if (count <= 0)
            {
                ended = true;
                FinishSending(to);
                return count == 0;
            }

            if (!Send(to, _scratch.AsSpan(Headroom, count)))
            {
                return false;
            }

            CountTunnelBytes(to, count);
        }

        TurnLater(from is ClientConnection ? from : to);
        return true;
    }
}

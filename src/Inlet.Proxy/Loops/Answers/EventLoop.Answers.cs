using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Answers of our own, and closing so that the client sees them.</summary>
internal sealed unsafe partial class EventLoop
{
    /// <summary>Answers a request whose head was good and whose body nobody will read.</summary>
    private bool AnswerEarly(ClientConnection client, Span<byte> source, Failure failure)
    {
        var behindHead = source[_request.Length..];
        var location = ReadOnlySpan<byte>.Empty;
        if (failure is Failure.RedirectToTls or Failure.Redirected)
        {
            location = failure == Failure.RedirectToTls ? Location(source) : RedirectLocation(client, client.Policies.Redirect!, source);
            if (location.IsEmpty)
            {
                return Answer(client, Failure.BadRequest);
            }
        }

        // A body that is all here can be stepped over; otherwise the connection ends with the answer.
        if (!client.RequestDone && !client.RequestChunked && client.RequestLeft <= behindHead.Length)
        {
            behindHead = behindHead[(int)client.RequestLeft..];
            client.RequestDone = true;
        }

        Save(client, behindHead);
        return Answer(client, failure, location);
    }

    private ReadOnlySpan<byte> Location(ReadOnlySpan<byte> source)
    {
        var host = _request.Host(source);
        if (host.IsEmpty)
        {
            return default;
        }

        var writer = new ByteWriter(_path);
        writer.Append("https://"u8);
        writer.Append(host);
        var port = _shared.RedirectPorts.TryGetValue(_request.Port(source), out var known) ? known : _options.RedirectHttpsPort;
        if (port != 443)
        {
            writer.Append(":"u8);
            writer.Append(port);
        }

        writer.Append(_request.Path(source));
        writer.Append(_request.Query(source));
        return writer.Overflowed ? default : _path.AsSpan(0, writer.Length);
    }

    private bool Answer(ClientConnection client, Failure failure, ReadOnlySpan<byte> location = default)
    {
        var (status, reason) = failure switch
        {
            Failure.Redirected => FailureResponses.OfRedirect(client.Policies.Redirect!.Status),
            Failure.TooManyConnections => FailureResponses.OfLimit(client.Mechanisms!.Limiter!.ConnectionStatus),
            Failure.TooManyRequests => FailureResponses.OfLimit(client.Mechanisms!.Limiter!.RateStatus),
            _ => FailureResponses.StatusOf(failure),
        };
        if (client.ErrorRequest is not null && TakesErrorPage(client, status, byEndpoint: false))
        {
            client.Failure = failure;
            return AskForErrorPage(client, status);
        }

        AddServiceCookies(client, status);
        var close = FailureResponses.EndsConnection(failure) || !client.RequestDone || !client.KeepAlive || _draining;
        var writer = new ByteWriter(_outgoing);
        writer.Append("HTTP/1.1 "u8);
        writer.Append(status);
        writer.Append(" "u8);
        AppendText(ref writer, reason);
        writer.Append("\r\n"u8);
        writer.AppendField("Date: "u8, _date.At(_now));
        if (_options.ServerHeader is { } server && client.AnswerFilter?.Concerns("Server"u8) is not true)
        {
            writer.Append("Server: "u8);
            AppendText(ref writer, server);
            writer.Append("\r\n"u8);
        }

        if (!location.IsEmpty)
        {
            writer.AppendField("Location: "u8, location);
        }

        writer.Append(client.Added.AsSpan(0, client.AddedLength));
        // 204 has no body, and so no length either (RFC 9110 §8.6).
        var bodyLength = status == 204 ? 0 : reason.Length + 5;
        if (bodyLength > 0)
        {
            writer.Append(client.AnswerFilter?.Concerns("Content-Type"u8) is true ? default : "Content-Type: text/plain; charset=utf-8\r\n"u8);
            writer.Append("Content-Length: "u8);
            writer.Append(bodyLength);
            writer.Append("\r\n"u8);
        }

        writer.Append(close ? "Connection: close\r\n\r\n"u8
            : client.IsHttp10 ? "Connection: keep-alive\r\n\r\n"u8 : "\r\n"u8);
        if (!client.ToHead && bodyLength > 0)
        {
            writer.Append(status);
            writer.Append(" "u8);
            AppendText(ref writer, reason);
            writer.Append("\n"u8);
        }

        client.Failure = failure;
        client.AnswerBodyBytes = client.ToHead ? 0 : bodyLength;
        CountAnswer(client, status);
        EndAccount(client);
        client.Phase = close ? ClientPhase.Closing : ClientPhase.Head;
        client.HeadSeen = 0;
        client.PaceMark = ClientConnection.NotMeasured;
        if (!Send(client, _outgoing.AsSpan(0, writer.Length)))
        {
            Close(client);
            return false;
        }

        SetDeadline(client, close ? _options.ClientTimeout : _options.IdleTimeout);
        return true;
    }

    /// <summary>Ends an exchange that went wrong: with an answer while that is still possible, else by closing.</summary>
    /// <returns>False when the client connection is closed.</returns>
    private bool FailExchange(ClientConnection client, Failure failure)
    {
        if (client.Upstream is { } upstream)
        {
            if (FailureResponses.IsEndpoints(failure))
            {
                _counters.UpstreamFailures++;
                EndpointFailed(client, upstream.Endpoint, failure);
                if (MayRetry(client, ReasonOf(failure)))
                {
                    return Retry(client);
                }
            }

            if (_logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Debug))
            {
                ProxyLog.UpstreamFailed(_logger, upstream.Endpoint.Endpoint.ToString(), failure);
            }

            Close(upstream);
        }

        ReturnBuffer(ref client.Replay);
        client.Failure = failure;
        if (client.ResponseHeadDone)
        {
            // Half an answer cannot be taken back; the missing end tells the client.
            Close(client);
            return false;
        }

        return Answer(client, failure);
    }

    private void TimedOut(Connection connection)
    {
        if (connection is UpstreamConnection)
        {
            Close(connection);
            return;
        }

        var client = (ClientConnection)connection;
        switch (client.Phase)
        {
            case ClientPhase.Head or ClientPhase.Closing when client.OutLength > 0:
                EndUnlessTaking(client);
                return;
            case ClientPhase.Head when client.InLength > 0:
                _counters.SlowClients++;
                _refusals.SlowHead(client, _now);
                client.BeginRequest(_request, _microseconds);
                BeginRefusedAccount(client, client.In.AsSpan(0, client.InLength));
                client.RequestDone = client.ToHead = false;
                Answer(client, Failure.ClientTooSlow);
                break;
            case ClientPhase.Exchange:
                ExchangeTimedOut(client);
                break;
            case ClientPhase.Waiting:
                client.Verdict = Failure.AuthenticationUnavailable;
                client.Woken = true;
                break;
            default:
                EndIdle(client);
                return;
        }

        if (client.Open)
        {
            Drive(client);
        }
    }

    private void ExchangeTimedOut(ClientConnection client)
    {
        switch (client.WaitsFor)
        {
            case WaitsFor.Connect:
                ConnectFailed(client, Failure.ConnectTimedOut);
                break;
            case WaitsFor.ClientBody:
                _counters.SlowClients++;
                _refusals.Body(client, Failure.ClientTooSlow, null, _now);
                FailExchange(client, Failure.ClientTooSlow);
                break;
            case WaitsFor.ClientWrite:
                EndUnlessTaking(client);
                break;
            case WaitsFor.Pace:
                break;
            default:
                FailExchange(client, Failure.UpstreamTimedOut);
                break;
        }
    }

    /// <summary>Nothing is left to send here; a reader that takes nothing may have left it all to the kernel.</summary>
    private void EndIdle(ClientConnection client)
    {
        if (client.Phase == ClientPhase.Head && Sockets.HasUnsent(client.Fd))
        {
            CutOff(client);
            return;
        }

        Close(client);
    }

    private void EndUnlessTaking(ClientConnection client)
    {
        if (!TakesEnough(client))
        {
            CutOff(client);
        }
    }

    private void CutOff(ClientConnection client)
    {
        _counters.SlowClients++;
        _refusals.SlowReader(client, _now);
        // Otherwise the kernel would go on offering what it holds, and keep it in memory, for as long as the client likes.
        Sockets.ResetOnClose(client.Fd);
        Close(client);
    }

    private static void AppendText(ref ByteWriter writer, string ascii)
    {
        Span<byte> bytes = ascii.Length <= 128 ? stackalloc byte[128] : new byte[ascii.Length];
        writer.Append(bytes[..System.Text.Encoding.ASCII.GetBytes(ascii, bytes)]);
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

namespace Inlet.Proxy;

/// <summary>Connections that are not open yet: the client's TLS handshake, and the endpoint's connect and handshake.</summary>
internal sealed partial class EventLoop
{
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

    /// <summary>Goes on with a connect that has news: the TCP part, then the handshake.</summary>
    /// <returns><see cref="Failure.None"/> also while it still takes time.</returns>
    private Failure Connect(UpstreamConnection upstream)
    {
        if (!upstream.Connected)
        {
            if (Sockets.ConnectResult(upstream.Fd) != 0)
            {
                return Failure.UpstreamRefused;
            }

            upstream.Connected = true;
        }

        if (upstream.Ssl != 0)
        {
            var result = OpenSsl.SSL_do_handshake(upstream.Ssl);
            if (result != 1)
            {
                var error = OpenSsl.SSL_get_error(upstream.Ssl, result);
                OpenSsl.ERR_clear_error();
                upstream.Readable = upstream.Writable = false;
                return error is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite && !upstream.Broken ? Failure.None : Failure.UpstreamTlsFailed;
            }

            _counters.UpstreamHandshakes++;
            _counters.UpstreamResumptions += OpenSsl.SSL_session_reused(upstream.Ssl);
        }

        upstream.Connecting = false;
        upstream.Writable = true;
        return Failure.None;
    }
}

namespace Inlet.Proxy;

/// <summary>A session that the next connection to the same endpoint may take up again, without a certificate's cost (RFC 8446 §2.2).</summary>
internal sealed class TlsSession
{
    private readonly nint _session;

    private TlsSession(nint session) => _session = session;

    ~TlsSession() => OpenSsl.SSL_SESSION_free(_session);

    /// <summary>As it stands now: a TLS 1.3 server's tickets come behind the handshake, in front of its first answer.</summary>
    /// <returns>Null where the server has offered nothing to take up.</returns>
    public static TlsSession? Of(nint ssl)
    {
        var session = OpenSsl.SSL_get1_session(ssl);
        if (session == 0 || OpenSsl.SSL_SESSION_is_resumable(session) == 1)
        {
            return session == 0 ? null : new TlsSession(session);
        }

        OpenSsl.SSL_SESSION_free(session);
        return null;
    }

    public void Use(nint ssl)
    {
        _ = OpenSsl.SSL_set_session(ssl, _session);
        GC.KeepAlive(this);
    }
}

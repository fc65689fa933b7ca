using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>
/// One SSL_CTX for all loops. It holds no certificate: the callback takes the published set when a ClientHello has been read,
/// so that a replaced certificate serves the next handshake and nothing has to be rebuilt.
/// </summary>
internal sealed unsafe class TlsContext : IDisposable
{
    private readonly GCHandle _published;
    private readonly nint _context;

    [ThreadStatic]
    private static ClientCertificateCheck? t_asked;

    private sealed record PublishedCertificates(Func<CertificateSet> Current, TimeProvider Time);

    /// <param name="time">Says which OCSP responses are out of date.</param>
    /// <param name="sessionTickets">Lets clients take up sessions again, with keys that <see cref="RotateTicketKeys"/> changes.</param>
    public TlsContext(Func<CertificateSet> current, TimeProvider time, bool sessionTickets)
    {
        _published = GCHandle.Alloc(new PublishedCertificates(current, time));
        _context = OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method());
        if (_context == 0)
        {
            throw new InvalidOperationException($"OpenSSL made no context: {OpenSsl.TakeError()}");
        }

        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlReadAhead, 1, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMode, OpenSsl.Mode, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMinProtocol, OpenSsl.Tls12, null);
        // Never a session cache. Without tickets (the default; decisions.md, 10) there is no resumption and no key to rotate.
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSessionCacheMode, 0, null);
        _ = OpenSsl.SSL_CTX_set_num_tickets(_context, sessionTickets ? 1 : 0);
        OpenSsl.SSL_CTX_set_options(_context, OpenSsl.Options | (sessionTickets ? 0 : OpenSsl.NoTicket));
        var id = stackalloc byte[] { (byte)'i' };
        _ = OpenSsl.SSL_CTX_set_session_id_context(_context, id, 1);
        if (sessionTickets)
        {
            RotateTicketKeys();
        }

        OpenSsl.SSL_CTX_set_cert_cb(_context, &ChooseCertificate, GCHandle.ToIntPtr(_published));
        _ = OpenSsl.SSL_CTX_callback_ctrl(_context, OpenSsl.ControlSetStatusCallback, &Staple);
        _ = OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSetStatusArgument, 0, (void*)GCHandle.ToIntPtr(_published));
        OpenSsl.SSL_CTX_set_alpn_select_cb(_context, &ChooseProtocol, 0);
    }

    public nint Open(int fd)
    {
        var ssl = OpenSsl.SSL_new(_context);
        if (ssl != 0 && SocketBio.Attach(ssl, fd))
        {
            OpenSsl.SSL_set_accept_state(ssl);
            return ssl;
        }

        OpenSsl.SSL_free(ssl);
        OpenSsl.ERR_clear_error();
        return 0;
    }

    /// <summary>
    /// What the last step of a handshake on this thread asked of its client; forgets it. The callback has no way to the
    /// connection, but it runs inside that connection's call.
    /// </summary>
    public static ClientCertificateCheck? TakeAsked()
    {
        var asked = t_asked;
        t_asked = null;
        return asked;
    }

    /// <summary>
    /// New keys for new tickets; those of older ones cost a full handshake once. A handshake on another thread that reads half of
    /// the old key makes a ticket that nobody can open, and nothing worse.
    /// </summary>
    public void RotateTicketKeys()
    {
        var keys = stackalloc byte[80];
        System.Security.Cryptography.RandomNumberGenerator.Fill(new Span<byte>(keys, 80));
        _ = OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSetTicketKeys, 80, keys);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(new Span<byte>(keys, 80));
    }

    public void Dispose()
    {
        OpenSsl.SSL_CTX_free(_context);
        _published.Free();
    }

    [UnmanagedCallersOnly]
    private static int ChooseCertificate(nint ssl, nint argument)
    {
        try
        {
            var certificates = ((PublishedCertificates)GCHandle.FromIntPtr(argument).Target!).Current();
            var serverName = ServerNameOf(ssl);
            var used = 0;
            if (certificates.FindCheck(serverName) is { } check)
            {
                check.Ask(ssl);
                t_asked = check;
            }

            certificates.FindSettings(serverName)?.Use(ssl);
            foreach (var certificate in certificates.Find(serverName))
            {
                used += certificate.Use(ssl) ? 1 : 0;
            }

            return used > 0 ? 1 : 0;
        }
        catch (Exception)
        {
            // An exception must not unwind through OpenSSL's frames; 0 ends this handshake with an alert.
            return 0;
        }
    }

    /// <summary>Asked when a client wants an OCSP response (RFC 6066 §8) and its certificate is chosen.</summary>
    [UnmanagedCallersOnly]
    private static int Staple(nint ssl, nint argument)
    {
        const int ok = 0, none = 3;
        try
        {
            var published = (PublishedCertificates)GCHandle.FromIntPtr(argument).Target!;
            var now = published.Time.GetUtcNow();
            foreach (var certificate in published.Current().Find(ServerNameOf(ssl)))
            {
                if (certificate.Staple is { } staple && certificate.IsUsedBy(ssl) && staple.From <= now && now < staple.Until && staple.Give(ssl))
                {
                    return ok;
                }
            }

            return none;
        }
        catch (Exception)
        {
            return none;
        }
    }

    private static ReadOnlySpan<byte> ServerNameOf(nint ssl)
    {
        var name = OpenSsl.SSL_get_servername(ssl, 0);
        return name == null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
    }

    /// <summary>Chooses http/1.1; a client that offers only other protocols gets an alert (RFC 7301 §3.2).</summary>
    [UnmanagedCallersOnly]
    private static int ChooseProtocol(nint ssl, byte** chosen, byte* chosenLength, byte* offered, uint offeredLength, nint argument)
    {
        const int ok = 0, fatal = 2;
        for (uint at = 0; at < offeredLength; at += 1u + offered[at])
        {
            var length = offered[at];
            if (at + 1 + length <= offeredLength && new ReadOnlySpan<byte>(offered + at + 1, length).SequenceEqual("http/1.1"u8))
            {
                *chosen = offered + at + 1;
                *chosenLength = length;
                return ok;
            }
        }

        return fatal;
    }
}

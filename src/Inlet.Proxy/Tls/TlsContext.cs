using System.Runtime.InteropServices;

namespace Inlet.Proxy;

/// <summary>
/// One SSL_CTX for all loops. It holds no certificate: the callback takes the published set when a ClientHello has been read,
/// so that a replaced certificate serves the next handshake and nothing has to be rebuilt.
/// </summary>
internal sealed unsafe class TlsContext : IDisposable
{
    private readonly GCHandle _current;
    private readonly nint _context;

    public TlsContext(Func<CertificateSet> current)
    {
        _current = GCHandle.Alloc(current);
        _context = OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method());
        if (_context == 0)
        {
            throw new InvalidOperationException($"OpenSSL made no context: {OpenSsl.TakeError()}");
        }

        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlReadAhead, 1, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMode, OpenSsl.Mode, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMinProtocol, OpenSsl.Tls12, null);
        // Neither session cache nor tickets (decisions.md, 10): no resumption across names, no key to rotate.
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlSessionCacheMode, 0, null);
        _ = OpenSsl.SSL_CTX_set_num_tickets(_context, 0);
        OpenSsl.SSL_CTX_set_options(_context, OpenSsl.Options);
        OpenSsl.SSL_CTX_set_cert_cb(_context, &ChooseCertificate, GCHandle.ToIntPtr(_current));
        OpenSsl.SSL_CTX_set_alpn_select_cb(_context, &ChooseProtocol, 0);
    }

    public nint Open(int fd)
    {
        var ssl = OpenSsl.SSL_new(_context);
        if (ssl != 0 && OpenSsl.SSL_set_fd(ssl, fd) == 1)
        {
            OpenSsl.SSL_set_accept_state(ssl);
            return ssl;
        }

        OpenSsl.SSL_free(ssl);
        OpenSsl.ERR_clear_error();
        return 0;
    }

    public void Dispose()
    {
        OpenSsl.SSL_CTX_free(_context);
        _current.Free();
    }

    [UnmanagedCallersOnly]
    private static int ChooseCertificate(nint ssl, nint argument)
    {
        try
        {
            var current = (Func<CertificateSet>)GCHandle.FromIntPtr(argument).Target!;
            var name = OpenSsl.SSL_get_servername(ssl, 0);
            var serverName = name == null ? default : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
            var used = 0;
            foreach (var certificate in current().Find(serverName))
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

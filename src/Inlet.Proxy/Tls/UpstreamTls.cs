using System.Net;
using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>The client side of TLS for one policy, shared by all loops.</summary>
internal sealed unsafe class UpstreamTls
{
    private const int VerifyPeer = 1;
    private const int SetServerName = 55;

    private readonly nint _context;
    private readonly byte[]? _serverName;
    private readonly bool _verify;

    /// <exception cref="FormatException">What the policy holds cannot be used; the message says what and why.</exception>
    public UpstreamTls(UpstreamTlsPolicy policy)
    {
        if (policy.Verify && (policy.CaPem is null || string.IsNullOrEmpty(policy.ServerName)))
        {
            throw new FormatException("endpoints' certificates can be verified only with a CA bundle and a server name");
        }

        var trust = policy is { Verify: true, CaPem: { } ca } ? new TrustStore(ca) : null;
        var own = policy.ClientCertificate is { } material ? Certificate.Parse(material) : null;
        _serverName = policy.ServerName is { Length: > 0 } name ? [.. Encoding.ASCII.GetBytes(name), 0] : null;
        _verify = policy.Verify;
        _context = OpenSsl.SSL_CTX_new(OpenSsl.TLS_client_method());
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlReadAhead, 1, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMode, OpenSsl.Mode, null);
        OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMinProtocol, OpenSsl.Tls12, null);
        if (policy is { Tls12: false, Tls13: true })
        {
            OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMinProtocol, OpenSsl.Tls13, null);
        }
        else if (policy is { Tls12: true, Tls13: false })
        {
            OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.ControlMaxProtocol, OpenSsl.Tls12, null);
        }

        if (policy.Ciphers is { } ciphers && OpenSsl.SSL_CTX_set_cipher_list(_context, ciphers) != 1)
        {
            OpenSsl.ERR_clear_error();
            OpenSsl.SSL_CTX_free(_context);
            GC.SuppressFinalize(this);
            throw new FormatException($"OpenSSL knows no cipher in \"{ciphers}\"");
        }

        if (trust is not null)
        {
            OpenSsl.SSL_CTX_set1_cert_store(_context, trust.Handle);
            OpenSsl.SSL_CTX_set_verify(_context, VerifyPeer, 0);
            OpenSsl.SSL_CTX_set_verify_depth(_context, policy.VerifyDepth);
            GC.KeepAlive(trust);
        }

        own?.UseInContext(_context);
    }

    ~UpstreamTls() => OpenSsl.SSL_CTX_free(_context);

    /// <param name="session">To be taken up again; of this same policy.</param>
    /// <returns>0 when OpenSSL makes none.</returns>
    public nint Open(int fd, TlsSession? session)
    {
        var ssl = OpenSsl.SSL_new(_context);
        GC.KeepAlive(this);
        if (ssl != 0 && SocketBio.Attach(ssl, fd) && Name(ssl))
        {
            OpenSsl.SSL_set_connect_state(ssl);
            session?.Use(ssl);
            return ssl;
        }

        OpenSsl.SSL_free(ssl);
        OpenSsl.ERR_clear_error();
        return 0;
    }

    private bool Name(nint ssl)
    {
        if (_serverName is null)
        {
            return true;
        }

        fixed (byte* name = _serverName)
        {
            if (IPAddress.TryParse(_serverName.AsSpan(0, _serverName.Length - 1), out _))
            {
                // An address is no server name (RFC 6066 §3), but a certificate may bear it.
                return !_verify || OpenSsl.X509_VERIFY_PARAM_set1_ip_asc(OpenSsl.SSL_get0_param(ssl), name) == 1;
            }

            return OpenSsl.SSL_ctrl(ssl, SetServerName, 0, name) == 1 && (!_verify || OpenSsl.SSL_set1_host(ssl, name) == 1);
        }
    }
}

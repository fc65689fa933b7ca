using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One host's own settings for handshakes with clients.</summary>
internal sealed class HostTls
{
    private readonly string? _ciphers;
    private readonly bool? _preferServerOrder;

    /// <exception cref="FormatException">OpenSSL knows none of the ciphers.</exception>
    public HostTls(HostTlsPolicy policy)
    {
        _preferServerOrder = policy.PreferServerOrder;
        if (policy.Ciphers is not { } ciphers)
        {
            return;
        }

        var probe = OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method());
        var known = OpenSsl.SSL_CTX_set_cipher_list(probe, ciphers) == 1;
        OpenSsl.SSL_CTX_free(probe);
        OpenSsl.ERR_clear_error();
        _ciphers = known ? ciphers : throw new FormatException($"OpenSSL knows no cipher in \"{ciphers}\"");
    }

    /// <summary>In the certificate callback, before a cipher is chosen.</summary>
    public void Use(nint ssl)
    {
        if (_ciphers is not null)
        {
            _ = OpenSsl.SSL_set_cipher_list(ssl, _ciphers);
        }

        if (_preferServerOrder is { } prefer)
        {
            _ = prefer ? OpenSsl.SSL_set_options(ssl, OpenSsl.ServerPreference) : OpenSsl.SSL_clear_options(ssl, OpenSsl.ServerPreference);
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// A parsed chain with its key, shared by all loops. OpenSSL takes its own references when a handshake uses it, so that a
/// replaced certificate lives exactly as long as the connections that were opened with it.
/// </summary>
internal sealed unsafe class Certificate
{
    private readonly nint _leaf;
    private readonly nint _key;
    private readonly nint _chain;

    private Certificate(nint leaf, nint key, nint chain, DateTimeOffset expires, OcspStaple? staple, string? stapleProblem)
    {
        Expires = expires;
        Staple = staple;
        StapleProblem = stapleProblem;
        _leaf = leaf;
        _key = key;
        _chain = chain;
    }

    /// <summary>The leaf's end.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>Null where none came with it that can be used.</summary>
    public OcspStaple? Staple { get; }

    /// <summary>Why there is no <see cref="Staple"/> though one came with it.</summary>
    public string? StapleProblem { get; }

    ~Certificate()
    {
        OpenSsl.X509_free(_leaf);
        OpenSsl.EVP_PKEY_free(_key);
        FreeChain(_chain);
    }

    /// <exception cref="FormatException">Chain or key is not PEM, is encrypted, or they do not belong together.</exception>
    public static Certificate Parse(CertificateMaterial material)
    {
        nint key = 0, leaf = 0, chain = OpenSsl.OPENSSL_sk_new_null();
        try
        {
            key = ReadKey(material.KeyPem);
            leaf = ReadChain(material.ChainPem, chain);
            OpenSsl.ERR_clear_error();
            if (OpenSsl.X509_check_private_key(leaf, key) != 1)
            {
                OpenSsl.ERR_clear_error();
                throw new FormatException("the private key does not belong to the first certificate");
            }

            using var parsed = X509Certificate2.CreateFromPem(material.ChainPem);
            var (staple, problem) = ReadStaple(material, leaf);
            return new Certificate(leaf, key, chain, parsed.NotAfter.ToUniversalTime(), staple, problem);
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            OpenSsl.X509_free(leaf);
            OpenSsl.EVP_PKEY_free(key);
            FreeChain(chain);
            throw error as FormatException ?? new FormatException($"the certificate cannot be read ({error.Message})", error);
        }
    }

    /// <summary>Whether the handshake has chosen this one.</summary>
    public bool IsUsedBy(nint ssl) => OpenSsl.SSL_get_certificate(ssl) == _leaf;

    public bool Use(nint ssl)
    {
        var used = OpenSsl.SSL_use_cert_and_key(ssl, _leaf, _key, _chain, 1) == 1;
        GC.KeepAlive(this);
        return used;
    }

    /// <summary>As what we present to endpoints.</summary>
    public void UseInContext(nint context)
    {
        _ = OpenSsl.SSL_CTX_use_cert_and_key(context, _leaf, _key, _chain, 1);
        GC.KeepAlive(this);
    }

    private static (OcspStaple? Staple, string? Problem) ReadStaple(CertificateMaterial material, nint leaf)
    {
        try
        {
            return (material.OcspResponse is { } response ? OcspStaple.Parse(response, leaf) : null, null);
        }
        catch (FormatException error)
        {
            return (null, error.Message);
        }
    }

    private static nint ReadKey(string pem)
    {
        var bytes = Encoding.UTF8.GetBytes(pem);
        byte noPassword = 0;
        fixed (byte* start = bytes)
        {
            var bio = OpenSsl.BIO_new_mem_buf(start, bytes.Length);
            // A password is given, an empty one: without it OpenSSL would ask for one on the terminal.
            var key = OpenSsl.PEM_read_bio_PrivateKey(bio, null, 0, &noPassword);
            _ = OpenSsl.BIO_free(bio);
            return key != 0 ? key : throw new FormatException($"the private key is not unencrypted PEM ({OpenSsl.TakeError()})");
        }
    }

    private static nint ReadChain(string pem, nint chain)
    {
        var bytes = Encoding.UTF8.GetBytes(pem);
        fixed (byte* start = bytes)
        {
            var bio = OpenSsl.BIO_new_mem_buf(start, bytes.Length);
            var leaf = OpenSsl.PEM_read_bio_X509(bio, null, 0, null);
            if (leaf != 0)
            {
                for (var issuer = OpenSsl.PEM_read_bio_X509(bio, null, 0, null); issuer != 0;
                    issuer = OpenSsl.PEM_read_bio_X509(bio, null, 0, null))
                {
                    _ = OpenSsl.OPENSSL_sk_push(chain, issuer);
                }
            }

            _ = OpenSsl.BIO_free(bio);
            return leaf != 0 ? leaf : throw new FormatException($"the certificate is not PEM ({OpenSsl.TakeError()})");
        }
    }

    private static void FreeChain(nint chain)
    {
        for (var item = OpenSsl.OPENSSL_sk_pop(chain); item != 0; item = OpenSsl.OPENSSL_sk_pop(chain))
        {
            OpenSsl.X509_free(item);
        }

        OpenSsl.OPENSSL_sk_free(chain);
    }
}

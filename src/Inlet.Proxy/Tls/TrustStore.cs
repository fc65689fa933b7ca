using System.Text;

namespace Inlet.Proxy;

/// <summary>A bundle of certificates that others are verified against. Handshakes take references of their own.</summary>
internal sealed unsafe class TrustStore
{
    private readonly nint _names;

    /// <exception cref="FormatException">The bundle holds no certificate, or something that is none.</exception>
    /// <param name="crlPem">Lists of certificates called back; with any, each certificate has to have one that speaks of it.</param>
    public TrustStore(string pem, string? crlPem = null)
    {
        Handle = OpenSsl.X509_STORE_new();
        _names = OpenSsl.OPENSSL_sk_new_null();
        var bytes = Encoding.UTF8.GetBytes(pem);
        var count = 0;
        fixed (byte* start = bytes)
        {
            var bio = OpenSsl.BIO_new_mem_buf(start, bytes.Length);
            for (var one = OpenSsl.PEM_read_bio_X509(bio, null, 0, null); one != 0; one = OpenSsl.PEM_read_bio_X509(bio, null, 0, null))
            {
                // The store takes a reference of its own.
                _ = OpenSsl.X509_STORE_add_cert(Handle, one);
                _ = OpenSsl.OPENSSL_sk_push(_names, OpenSsl.X509_NAME_dup(OpenSsl.X509_get_subject_name(one)));
                OpenSsl.X509_free(one);
                count++;
            }

            _ = OpenSsl.BIO_free(bio);
        }

        OpenSsl.ERR_clear_error();
        if (count == 0)
        {
            throw new FormatException("the CA bundle holds no PEM certificate");
        }

        if (crlPem is not null)
        {
            AddLists(Encoding.UTF8.GetBytes(crlPem));
        }
    }

    ~TrustStore()
    {
        OpenSsl.X509_STORE_free(Handle);
        for (var name = OpenSsl.OPENSSL_sk_pop(_names); name != 0; name = OpenSsl.OPENSSL_sk_pop(_names))
        {
            OpenSsl.X509_NAME_free(name);
        }

        OpenSsl.OPENSSL_sk_free(_names);
    }

    public nint Handle { get; }

    private void AddLists(byte[] pem)
    {
        var count = 0;
        fixed (byte* start = pem)
        {
            var bio = OpenSsl.BIO_new_mem_buf(start, pem.Length);
            for (var one = OpenSsl.PEM_read_bio_X509_CRL(bio, null, 0, null); one != 0; one = OpenSsl.PEM_read_bio_X509_CRL(bio, null, 0, null))
            {
                _ = OpenSsl.X509_STORE_add_crl(Handle, one);
                OpenSsl.X509_CRL_free(one);
                count++;
            }

            _ = OpenSsl.BIO_free(bio);
        }

        OpenSsl.ERR_clear_error();
        if (count == 0)
        {
            throw new FormatException("the list of certificates called back holds no PEM list");
        }

        _ = OpenSsl.X509_STORE_set_flags(Handle, OpenSsl.CheckLists);
    }

    /// <summary>A copy of the subjects, for a certificate request; whoever it is given to frees it.</summary>
    public nint CopyNames()
    {
        var copy = OpenSsl.SSL_dup_CA_list(_names);
        GC.KeepAlive(this);
        return copy;
    }
}

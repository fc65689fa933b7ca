using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Inlet.Proxy;

/// <summary>What a handshake told about the client, and the fields that tell its endpoint.</summary>
internal sealed unsafe class ClientIdentity
{
    /// <summary>XN_FLAG_RFC2253, in which the familiar <c>ssl-client-*-dn</c> fields are written.</summary>
    private const uint Rfc2253 = 0x0111_0317;

    private ClientIdentity(ClientCertificateCheck check, bool hasCertificate, bool verified, string fields)
    {
        Check = check;
        HasCertificate = hasCertificate;
        Verified = verified;
        Fields = Encoding.ASCII.GetBytes(fields);
    }

    /// <summary>What was asked for by the handshake's server name.</summary>
    public ClientCertificateCheck Check { get; }

    public bool HasCertificate { get; }

    public bool Verified { get; }

    /// <summary>The subject is one that the policy lets in.</summary>
    public bool SubjectAdmitted { get; private init; }

    /// <summary>Whole field lines.</summary>
    public byte[] Fields { get; }

    /// <summary>Reads a finished handshake; once per connection.</summary>
    public static ClientIdentity Of(nint ssl, ClientCertificateCheck check)
    {
        var certificate = OpenSsl.SSL_get1_peer_certificate(ssl);
        if (certificate == 0)
        {
            return new ClientIdentity(check, false, false, "ssl-client-verify: NONE\r\n");
        }

        try
        {
            var result = OpenSsl.SSL_get_verify_result(ssl);
            var verdict = result == 0 ? "SUCCESS" : $"FAILED:{Marshal.PtrToStringUTF8(OpenSsl.X509_verify_cert_error_string(result))}";
            var subject = Text(OpenSsl.X509_get_subject_name(certificate));
            var fields = $"ssl-client-verify: {Printable(verdict)}\r\n"
                + $"ssl-client-subject-dn: {Printable(subject)}\r\n"
                + $"ssl-client-issuer-dn: {Printable(Text(OpenSsl.X509_get_issuer_name(certificate)))}\r\n";
            if (check.Policy.PassCertificate)
            {
                fields += $"ssl-client-cert: {Pem(certificate)}\r\n";
            }

            return new ClientIdentity(check, true, result == 0, fields) { SubjectAdmitted = check.Admits(subject) };
        }
        finally
        {
            OpenSsl.X509_free(certificate);
        }
    }

    private static string Text(nint name)
    {
        var bio = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        try
        {
            _ = OpenSsl.X509_NAME_print_ex(bio, name, 0, Rfc2253);
            var buffer = new byte[2048];
            fixed (byte* start = buffer)
            {
                return Encoding.UTF8.GetString(buffer, 0, Math.Max(0, OpenSsl.BIO_read(bio, start, buffer.Length)));
            }
        }
        finally
        {
            _ = OpenSsl.BIO_free(bio);
        }
    }

    private static string Pem(nint certificate)
    {
        var length = OpenSsl.i2d_X509(certificate, null);
        var der = new byte[length];
        fixed (byte* start = der)
        {
            var at = start;
            _ = OpenSsl.i2d_X509(certificate, &at);
        }

        using var parsed = X509CertificateLoader.LoadCertificate(der);
        return Uri.EscapeDataString(parsed.ExportCertificatePem() + "\n");
    }

    /// <summary>Whoever made the certificate chose these texts; in a header they must not end a line.</summary>
    private static string Printable(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                span[index] = source[index] is >= ' ' and < '\x7f' ? source[index] : '?';
            }
        });
}

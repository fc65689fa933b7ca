using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Inlet.Local.Credentials;

/// <summary>The cluster's own CA and the one certificate it signs, the API server's. Keys are ECDSA P-256.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string CertificateFile = "ca.crt";
    private const string KeyFile = "ca.key";
    private const string ServerCertificateFile = "server.crt";
    private const string ServerKeyFile = "server.key";

    private static readonly TimeSpan CaLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(365);

    /// <summary>The server certificate is renewed at a start this long before its end.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>Clients whose clock is a little behind accept the certificate all the same.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    private readonly PkiDirectory _files;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _certificate;

    public CertificateAuthority(PkiDirectory files, TimeProvider time)
    {
        _files = files;
        _time = time;
        _certificate = Load() ?? Create();
    }

    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The stored server certificate, or a new one when it does not name exactly these, ends soon or is another CA's.</summary>
    public X509Certificate2 ServerCertificate(ServerNames names) => LoadServer(names) ?? IssueServer(names);

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2? Load()
    {
        var pair = LoadPair(CertificateFile, KeyFile);
        // What it signs now has to outlive a server certificate.
        if (pair is not null && Ends(pair) < _time.GetUtcNow() + ServerLifetime + RenewBefore)
        {
            pair.Dispose();
            return null;
        }

        return pair;
    }

    private X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=inlet-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = _time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now - ClockDifference, now + CaLifetime);
        // The key first: a certificate without its key would be used and then found wanting.
        _files.Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        _files.Write(CertificateFile, certificate.ExportCertificatePem() + "\n");
        return certificate;
    }

    private X509Certificate2? LoadServer(ServerNames names)
    {
        var pair = LoadPair(ServerCertificateFile, ServerKeyFile);
        if (pair is null)
        {
            return null;
        }

        if (names.AreThoseOf(pair) && IsOurs(pair) && Ends(pair) >= _time.GetUtcNow() + RenewBefore)
        {
            return Usable(pair);
        }

        pair.Dispose();
        return null;
    }

    private X509Certificate2 IssueServer(ServerNames names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(names.ToExtension());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var now = _time.GetUtcNow();
        using var certificate = request.Create(_certificate, now - ClockDifference, now + ServerLifetime, RandomNumberGenerator.GetBytes(16));
        _files.Write(ServerKeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        _files.Write(ServerCertificateFile, certificate.ExportCertificatePem() + "\n");
        return Usable(certificate.CopyWithPrivateKey(key));
    }

    /// <returns>Null when one of the two is missing: a crash came between writing them, and nothing was signed or served yet.</returns>
    private X509Certificate2? LoadPair(string certificateFile, string keyFile)
    {
        if (_files.Read(certificateFile) is not { } certificate || _files.Read(keyFile) is not { } key)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // A renewal cut short leaves a new key beside the old certificate; a server certificate is cheap to make again.
            return certificateFile == ServerCertificateFile ? null : throw _files.Unusable(certificateFile, e);
        }
    }

    private bool IsOurs(X509Certificate2 server)
    {
        var issuer = server.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var own = _certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return issuer is { } a && own is { } b && a.Span.SequenceEqual(b.Span);
    }

    private static DateTimeOffset Ends(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    // Windows' TLS takes no key that exists in memory only.
    private static X509Certificate2 Usable(X509Certificate2 pair)
    {
        if (!OperatingSystem.IsWindows())
        {
            return pair;
        }

        using (pair)
        {
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        }
    }
}

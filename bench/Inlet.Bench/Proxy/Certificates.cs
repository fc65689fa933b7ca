using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy;

/// <summary>Self-signed certificates for a run.</summary>
internal static class Certificates
{
    public static CertificateFiles Make(Workshop workshop, KeyKind kind)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = kind == KeyKind.Rsa2048
            ? new CertificateRequest($"CN={PeerSetup.Host}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={PeerSetup.Host}", ecdsa, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(PeerSetup.Host);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        var key = kind == KeyKind.Rsa2048 ? rsa.ExportPkcs8PrivateKeyPem() : ecdsa.ExportPkcs8PrivateKeyPem();
        return new CertificateFiles(
            workshop.WriteFile($"{kind}.crt", certificate.ExportCertificatePem() + "\n"), workshop.WriteFile($"{kind}.key", key + "\n"));
    }
}

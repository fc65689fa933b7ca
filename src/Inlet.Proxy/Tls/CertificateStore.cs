using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// Turns the certificates of a model into a <see cref="CertificateSet"/>. Remembers per Secret what was parsed last, so that
/// unchanged ones are not parsed again and a broken one leaves the last good one in force. One publisher at a time.
/// </summary>
internal sealed class CertificateStore
{
    /// <summary>decisions.md, 9.</summary>
    public const string DefaultSubject = "Inlet Default Certificate";

    private readonly Certificate _default = Certificate.Parse(MakeDefault());
    private Dictionary<ObjectReference, (CertificateMaterial Material, Certificate Parsed)> _lastGood = [];

    private Dictionary<ClientCertificatePolicy, ClientCertificateCheck> _lastChecks = [];

    public CertificateSet Load(RouteModel model, List<Verdict> verdicts)
    {
        var good = new Dictionary<ObjectReference, (CertificateMaterial Material, Certificate Parsed)>();
        var refused = new HashSet<ObjectReference>();
        var byHost = new Dictionary<string, Certificate[]>(StringComparer.Ordinal);
        var checks = new Dictionary<ClientCertificatePolicy, ClientCertificateCheck>();
        var checkByHost = new Dictionary<string, ClientCertificateCheck>(StringComparer.Ordinal);
        var settings = new Dictionary<string, HostTls>(StringComparer.Ordinal);
        foreach (var host in model.Hosts)
        {
            if (host.ClientCertificates is { } policy && host.Host.Length > 0)
            {
                checkByHost[host.Host] = Check(policy, checks, verdicts);
            }

            if (host.Tls is { } tls && MakeSettings(host.Host, tls, verdicts) is { } own)
            {
                settings[host.Host] = own;
            }

            var certificates = new List<Certificate>(host.Certificates.Count);
            foreach (var material in host.Certificates)
            {
                if (LoadOne(material, good, refused, verdicts) is { } certificate)
                {
                    certificates.Add(certificate);
                }
            }

            if (certificates.Count > 0 && host.Host.Length > 0)
            {
                byHost[host.Host] = [.. certificates];
            }
        }

        _lastGood = good;
        _lastChecks = checks;
        return new CertificateSet(byHost, checkByHost, settings, _default);
    }

    private static HostTls? MakeSettings(string host, HostTlsPolicy policy, List<Verdict> verdicts)
    {
        try
        {
            return new HostTls(policy);
        }
        catch (FormatException error)
        {
            verdicts.Add(new Verdict(new ObjectReference("Host", "", host), "", VerdictOutcome.Defaulted, "TlsCiphersInvalid",
                $"Host {host}: {error.Message}; the server's own ciphers are in force. Correct the annotation ssl-ciphers."));
            return null;
        }
    }

    private ClientCertificateCheck Check(
        ClientCertificatePolicy policy, Dictionary<ClientCertificatePolicy, ClientCertificateCheck> checks, List<Verdict> verdicts)
    {
        if (!checks.TryGetValue(policy, out var check))
        {
            checks[policy] = check = _lastChecks.GetValueOrDefault(policy) ?? MakeCheck(policy, verdicts);
        }

        return check;
    }

    private static ClientCertificateCheck MakeCheck(ClientCertificatePolicy policy, List<Verdict> verdicts)
    {
        try
        {
            return new ClientCertificateCheck(policy, new TrustStore(policy.CaPem, policy.CrlPem));
        }
        catch (FormatException error)
        {
            verdicts.Add(new Verdict(policy.CaSource, "data['ca.crt']", VerdictOutcome.Refused, "ClientCaInvalid",
                $"{policy.CaSource}: {error.Message}. The hosts that ask for client certificates by it are answered 503; put PEM certificates into the Secret."));
            return new ClientCertificateCheck(policy, null);
        }
    }

    private Certificate? LoadOne(
        CertificateMaterial material,
        Dictionary<ObjectReference, (CertificateMaterial Material, Certificate Parsed)> good,
        HashSet<ObjectReference> refused,
        List<Verdict> verdicts)
    {
        if (good.TryGetValue(material.Source, out var loaded) && loaded.Material == material)
        {
            return loaded.Parsed;
        }

        var hasLast = _lastGood.TryGetValue(material.Source, out var last);
        if (hasLast && last.Material == material)
        {
            good[material.Source] = last;
            return last.Parsed;
        }

        try
        {
            var parsed = Certificate.Parse(material);
            good[material.Source] = (material, parsed);
            if (parsed.StapleProblem is { } problem)
            {
                verdicts.Add(new Verdict(material.Source, "data['tls.ocsp-staple']", VerdictOutcome.Defaulted, "OcspStapleInvalid",
                    $"{material.Source}: {problem}. The certificate is served without it; put a DER response for it into the Secret."));
            }

            return parsed;
        }
        catch (FormatException error)
        {
            if (refused.Add(material.Source))
            {
                var instead = hasLast ? "The certificate loaded before stays in force" : "The default certificate is served";
                verdicts.Add(new Verdict(material.Source, "data['tls.crt']", VerdictOutcome.Refused, "CertificateInvalid",
                    $"{material.Source}: {error.Message}. {instead}; put a PEM chain and its unencrypted PEM key into the Secret."));
            }

            if (hasLast)
            {
                good[material.Source] = last;
            }

            return hasLast ? last.Parsed : null;
        }
    }

    private static CertificateMaterial MakeDefault()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={DefaultSubject}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return new CertificateMaterial(
            new ObjectReference("Secret", "", "default"), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>The protocol spoken to endpoints, and its TLS (reference/ingress-annotations §4 and §8).</summary>
internal static class UpstreamTlsAnnotations
{
    private static readonly AnnotationSpec Protocol = new(
        "backend-protocol", "HTTP, HTTPS or AUTO_HTTP", "HTTP", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "What is spoken to the endpoints; AUTO_HTTP: what the client spoke. GRPC, GRPCS and FCGI are not supported.")
    {
        Status = AnnotationStatus.Differs,
        Note = "GRPC, GRPCS and FCGI are not supported and close the Ingress, as does a value that is none.",
    };

    private static readonly AnnotationSpec SecretName = new(
        "proxy-ssl-secret", "namespace/name", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "The Secret with the client certificate shown to endpoints (tls.crt, tls.key) and the CA bundle theirs are verified with (ca.crt).");

    private static readonly AnnotationSpec Verify = new(
        "proxy-ssl-verify", "on or off", "off", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "Whether endpoints must show a certificate for proxy-ssl-name that leads to ca.crt of proxy-ssl-secret.");

    private static readonly AnnotationSpec VerifyDepth = new(
        "proxy-ssl-verify-depth", "integer", "1", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How many certificates may lie between an endpoint's and one of the bundle.");

    private static readonly AnnotationSpec Name = new(
        "proxy-ssl-name", "host name", "", AnnotationScope.Route, AnnotationRisk.High, WhenInvalid.Close,
        "The name that an endpoint's certificate must bear, and that is sent to it.");

    private static readonly AnnotationSpec SendName = new(
        "proxy-ssl-server-name", "on or off", "off", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether proxy-ssl-name is sent in the handshake when it is not verified.");

    private static readonly AnnotationSpec Ciphers = new(
        "proxy-ssl-ciphers", "OpenSSL cipher list", "DEFAULT", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "The ciphers of TLS 1.2 that endpoints are offered.");

    private static readonly AnnotationSpec Protocols = new(
        "proxy-ssl-protocols", "TLSv1.2, TLSv1.3 or both", "TLSv1.2 TLSv1.3", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "The versions of TLS that endpoints are offered; older ones never.")
    {
        Status = AnnotationStatus.Differs,
        Note = "By default both TLSv1.2 and TLSv1.3 are offered, where ingress-nginx offers TLSv1.2.",
    };

    private static readonly AnnotationSpec[] OfTls = [SecretName, Verify, VerifyDepth, Name, SendName, Ciphers, Protocols];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Protocol, .. OfTls];

    /// <returns>Null for plain HTTP.</returns>
    public static UpstreamTlsSettings? Parse(AnnotationReader reader, string ns)
    {
        if (!IsHttps(reader, out var asClient))
        {
            foreach (var spec in OfTls)
            {
                reader.WithoutEffect(spec, $"without {Protocol.Key}: \"HTTPS\"");
            }

            return null;
        }

        var secret = ReadSecret(reader, ns);
        var verify = reader.Switch(Verify) ?? false;
        var name = ReadName(reader);
        var sends = reader.Switch(SendName) ?? false;
        if (verify && (secret is null || name is null))
        {
            // To verify nothing when asked to verify is how traffic ends up at a stranger.
            reader.Invalid(Verify, "on", $"it needs {SecretName.Key} and {Name.Key} to know what to verify with");
        }

        if (sends && name is null)
        {
            reader.WithoutEffect(SendName, $"without {Name.Key}");
        }

        var (tls12, tls13) = ReadProtocols(reader);
        return new UpstreamTlsSettings(secret, verify, ReadDepth(reader), verify || sends ? name : null)
        {
            Ciphers = ReadCiphers(reader),
            Tls12 = tls12,
            Tls13 = tls13,
            AsClient = asClient,
        };
    }

    private static string? ReadCiphers(AnnotationReader reader)
    {
        var text = reader.Text(Ciphers);
        if (text is null || text.All(IsOfCiphers))
        {
            return text;
        }

        reader.Invalid(Ciphers, text, "it has to be a list of cipher names as OpenSSL has them");
        return null;
    }

    /// <summary>Characters of OpenSSL's cipher lists.</summary>
    public static bool IsOfCiphers(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is ':' or '-' or '_' or '+' or '!' or '@' or '=' or ',' or '.';

    private static (bool Tls12, bool Tls13) ReadProtocols(AnnotationReader reader)
    {
        if (reader.Text(Protocols) is not { } text)
        {
            return (true, true);
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.All(static word => word is "TLSv1.2" or "TLSv1.3" or "TLSv1.1" or "TLSv1" or "SSLv3" or "SSLv2") && words.Any(static word => word is "TLSv1.2" or "TLSv1.3"))
        {
            return (words.Contains("TLSv1.2"), words.Contains("TLSv1.3"));
        }

        reader.Invalid(Protocols, text, "it has to be TLSv1.2, TLSv1.3 or both");
        return (true, true);
    }

    private static bool IsHttps(AnnotationReader reader, out bool asClient)
    {
        asClient = false;
        switch (reader.Text(Protocol)?.ToUpperInvariant())
        {
            case null or "HTTP":
                return false;
            case "HTTPS":
                return true;
            case "AUTO_HTTP":
                return asClient = true;
            case ("GRPC" or "GRPCS" or "FCGI") and var known:
                reader.Invalid(Protocol, VerdictCodes.AnnotationNotSupported, known, "it is not supported yet; HTTP and HTTPS are");
                return false;
            case { } unknown:
                // HTTP in its place might send in the clear what was meant to be encrypted.
                reader.Invalid(Protocol, unknown, "it has to be HTTP or HTTPS");
                return false;
        }
    }

    private static ObjectKey? ReadSecret(AnnotationReader reader, string ns)
    {
        if (reader.Text(SecretName) is not { } text)
        {
            return null;
        }

        var parts = text.Split('/');
        if (parts is not [{ Length: > 0 } of, { Length: > 0 } name])
        {
            reader.Invalid(SecretName, text, "it has to be written namespace/name");
            return null;
        }

        if (of != ns)
        {
            reader.Invalid(SecretName, text, $"the Secret has to be in the Ingress's own namespace, {ns}");
            return null;
        }

        return new ObjectKey(of, name);
    }

    private static string? ReadName(AnnotationReader reader)
    {
        var name = reader.Text(Name);
        if (name is null || HostNames.Normalise(name) is { Length: > 0 } and not ['*', ..])
        {
            return name;
        }

        reader.Invalid(Name, name, "it has to be a host name");
        return null;
    }

    private static int ReadDepth(AnnotationReader reader)
    {
        switch (reader.Integer(VerifyDepth))
        {
            case null:
                return 1;
            case >= 0 and <= 100 and var depth:
                return depth;
            case { } other:
                reader.Invalid(VerifyDepth, $"{other}", "it has to be 0 to 100");
                return 1;
        }
    }

    /// <summary>The policy, with what the Secret holds now.</summary>
    /// <returns>Or the reason why there is none: the routes are closed then.</returns>
    public static (UpstreamTlsPolicy? Policy, string Reason) Resolve(UpstreamTlsSettings settings, Secret? secret)
    {
        if (settings.Secret is null)
        {
            // One policy for all of them, so that they share connections and contexts.
            return (new UpstreamTlsPolicy(new ObjectReference("Annotation", "", Protocol.Name))
            {
                ServerName = settings.ServerName,
                Ciphers = settings.Ciphers,
                Tls12 = settings.Tls12,
                Tls13 = settings.Tls13,
                AsClient = settings.AsClient,
            }, "");
        }

        if (secret is null)
        {
            return (null, "does not exist");
        }

        var ca = CertificateReader.Pem(secret.Data?.CaCrt);
        if (settings.Verify && ca is null)
        {
            return (null, "has no PEM certificates under ca.crt to verify endpoints with");
        }

        var (certificate, problem) = secret.Data is { TlsCrt: null, TlsKey: null } ? (null, null) : CertificateReader.Read(secret);
        return problem is not null
            ? (null, problem)
            : (new UpstreamTlsPolicy(CertificateReader.Reference(secret.Metadata ?? new ObjectMeta()))
            {
                ServerName = settings.ServerName,
                Verify = settings.Verify,
                CaPem = settings.Verify ? ca : null,
                VerifyDepth = settings.VerifyDepth,
                ClientCertificate = certificate,
                Ciphers = settings.Ciphers,
                Tls12 = settings.Tls12,
                Tls13 = settings.Tls13,
                AsClient = settings.AsClient,
            }, "");
    }

    /// <summary>The field a problem with the Secret is reported on.</summary>
    public static string SecretField => SecretName.Field;
}

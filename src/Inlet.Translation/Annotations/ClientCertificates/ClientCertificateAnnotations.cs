using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Client certificates (reference/ingress-annotations §4). They are a host's: how several Ingresses share one is in Conflicts/.</summary>
internal static class ClientCertificateAnnotations
{
    private static readonly AnnotationSpec SecretName = Spec("auth-tls-secret", "namespace/name", "", AnnotationRisk.Medium, WhenInvalid.Close,
        "The Secret with the authorities (ca.crt) that clients' certificates must lead to, and those called back (ca.crl). Without a good one the whole host is closed.") with
    {
        Status = AnnotationStatus.Differs,
        Note = "Without ca.crt the host is closed, where ingress-nginx asks for no certificate; a host that is closed answers 503, not 403; plain HTTP never reaches an endpoint.",
    };

    private static readonly AnnotationSpec Verify = Spec("auth-tls-verify-client", "on, off, optional or optional_no_ca", "on", AnnotationRisk.Medium, WhenInvalid.Default,
        "Whether a certificate is needed, asked for, or asked for without being verified.");

    private static readonly AnnotationSpec Depth = Spec("auth-tls-verify-depth", "integer", "1", AnnotationRisk.Low, WhenInvalid.Default,
        "How many certificates may lie between a client's and one of the authorities.");

    private static readonly AnnotationSpec ErrorPage = Spec("auth-tls-error-page", "URL or path", "", AnnotationRisk.High, WhenInvalid.Default,
        "Where clients without a good certificate are redirected with 302; otherwise they are answered 400.");

    private static readonly AnnotationSpec Pass = Spec("auth-tls-pass-certificate-to-upstream", "bool", "false", AnnotationRisk.Low, WhenInvalid.Default,
        "Whether endpoints get the certificate in the field ssl-client-cert.");

    private static readonly AnnotationSpec MatchCn = Spec("auth-tls-match-cn", "CN= and a regular expression", "", AnnotationRisk.High, WhenInvalid.Close,
        "What the certificate's subject has to hold; others are answered 403. Not anchored: end it with $ or ,.");

    private static readonly AnnotationSpec[] Options = [Verify, Depth, ErrorPage, Pass, MatchCn];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [SecretName, .. Options];

    public static string SecretField => SecretName.Field;

    /// <returns>Null when nothing is asked of clients.</returns>
    public static ClientCertificateSetting? Parse(AnnotationReader reader, string ns)
    {
        if (!reader.Has(SecretName))
        {
            foreach (var spec in Options)
            {
                reader.WithoutEffect(spec, $"without {SecretName.Key}");
            }

            return null;
        }

        var secret = reader.Object(SecretName, ns);
        var setting = new ClientCertificateSetting(secret, ReadMode(reader))
        {
            Depth = ReadDepth(reader),
            PassCertificate = reader.Boolean(Pass) ?? false,
            ErrorPage = ReadPage(reader),
            SubjectPattern = ReadPattern(reader),
        };
        // A pattern that cannot be honoured must not let its host be reached without it.
        return reader.Has(MatchCn) && setting.SubjectPattern is null ? setting with { Secret = null } : setting;
    }

    /// <summary>The policy, with what the Secret holds now.</summary>
    /// <returns>With a reason, a policy that closes the host; null when nothing is asked.</returns>
    public static (ClientCertificatePolicy? Policy, string Code, string Reason) Resolve(ClientCertificateSetting setting, ClusterObjects objects)
    {
        if (setting.Mode is null)
        {
            return (null, "", "");
        }

        var closed = new ClientCertificatePolicy(setting.Mode.Value, "", new ObjectReference("Secret", setting.Secret?.Namespace ?? "", setting.Secret?.Name ?? ""));
        if (setting.Secret is not { } key)
        {
            return (closed, "", "");
        }

        if (objects.Secrets.Get(key) is not { } secret)
        {
            return (closed, VerdictCodes.SecretNotFound, "does not exist");
        }

        return CertificateReader.Pem(secret.Data?.CaCrt) is not { } ca
            ? (closed, VerdictCodes.SecretInvalid, "has no PEM certificates under ca.crt")
            : (new ClientCertificatePolicy(setting.Mode.Value, ca, CertificateReader.Reference(secret.Metadata ?? new ObjectMeta()))
            {
                VerifyDepth = setting.Depth,
                PassCertificate = setting.PassCertificate,
                CrlPem = CertificateReader.Pem(secret.Data?.CaCrl),
                ErrorPage = setting.ErrorPage,
                SubjectPattern = setting.SubjectPattern,
            }, "", "");
    }

    private static ClientCertificateMode? ReadMode(AnnotationReader reader)
    {
        switch (reader.Text(Verify))
        {
            case null or "on":
                return ClientCertificateMode.Required;
            case "off":
                return null;
            case "optional":
                return ClientCertificateMode.Optional;
            case "optional_no_ca":
                return ClientCertificateMode.OptionalUnverified;
            case { } other:
                reader.Invalid(Verify, other, "it has to be on, off, optional or optional_no_ca");
                return ClientCertificateMode.Required;
        }
    }

    private static int ReadDepth(AnnotationReader reader)
    {
        switch (reader.Integer(Depth))
        {
            case null or 0:
                return 1;
            case > 0 and <= 100 and var depth:
                return depth;
            case { } other:
                reader.Invalid(Depth, $"{other}", "it has to be 0 to 100");
                return 1;
        }
    }

    private static string? ReadPage(AnnotationReader reader)
    {
        var page = reader.Url(ErrorPage);
        if (page is null or ['/', not '/', ..] or "/" || page.StartsWith("http://", StringComparison.Ordinal) || page.StartsWith("https://", StringComparison.Ordinal))
        {
            return page;
        }

        reader.Invalid(ErrorPage, page, "it has to be an http or https URL, or a path from / on");
        return null;
    }

    private static string? ReadPattern(AnnotationReader reader)
    {
        if (reader.Text(MatchCn) is not { } text)
        {
            return null;
        }

        if (!text.StartsWith("CN=", StringComparison.Ordinal) || text.Length == 3)
        {
            reader.Invalid(MatchCn, text, "it has to begin with CN=");
            return null;
        }

        if (text.Any(char.IsControl))
        {
            reader.Invalid(MatchCn, text, "it may hold printable characters only");
            return null;
        }

        try
        {
            BoundedRegex.Compile(text);
            return text;
        }
        catch (FormatException exception)
        {
            reader.Invalid(MatchCn, text, $"it {exception.Message}");
            return null;
        }
    }

    private static AnnotationSpec Spec(string name, string grammar, string fallback, AnnotationRisk risk, WhenInvalid invalid, string summary) =>
        new(name, grammar, fallback, AnnotationScope.Host, risk, invalid, summary);
}

/// <param name="Secret">Null when it cannot be used: the host is closed.</param>
/// <param name="Mode">Null asks nothing.</param>
internal sealed record ClientCertificateSetting(ObjectKey? Secret, ClientCertificateMode? Mode)
{
    public int Depth { get; init; } = 1;

    public bool PassCertificate { get; init; }

    public string? ErrorPage { get; init; }

    public string? SubjectPattern { get; init; }
}

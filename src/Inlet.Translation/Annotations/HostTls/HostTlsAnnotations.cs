using Inlet.Model;

namespace Inlet.Translation;

/// <summary>TLS of a host with its clients (reference/ingress-annotations §4). How several Ingresses share a host is in Conflicts/.</summary>
internal static class HostTlsAnnotations
{
    private static readonly AnnotationSpec Ciphers = Spec("ssl-ciphers", "OpenSSL cipher list", "", "The ciphers of TLS 1.2 for the Ingress's hosts. The oldest Ingress of a host decides.");

    private static readonly AnnotationSpec Prefer = Spec("ssl-prefer-server-ciphers", "bool", "true",
        "Whether the order of ssl-ciphers decides, not the client's. The oldest Ingress of a host decides.");

    private static readonly AnnotationSpec Pass = Spec("ssl-passthrough", "bool", "false",
        "TLS connections that name a host of the Ingress go to the Service of its path / as they are. Needs --enable-ssl-passthrough.")
        with
    {
        Status = AnnotationStatus.Differs,
        Note = "Connections go to the Service's endpoints, not to its cluster address; names are compared without case.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Ciphers, Prefer, Pass];

    public static string PassField => Pass.Field;

    /// <returns>Null where nothing is asked.</returns>
    public static HostTlsPolicy? Parse(AnnotationReader reader)
    {
        var policy = new HostTlsPolicy { Ciphers = ReadCiphers(reader), PreferServerOrder = reader.Boolean(Prefer) };
        return policy == new HostTlsPolicy() ? null : policy;
    }

    /// <param name="enabled">By the controller's flag.</param>
    public static bool ParsePassthrough(AnnotationReader reader, bool enabled)
    {
        var wanted = reader.Boolean(Pass) ?? false;
        if (wanted && !enabled)
        {
            reader.WithoutEffect(Pass, "because the controller runs without --enable-ssl-passthrough");
        }

        return wanted && enabled;
    }

    private static string? ReadCiphers(AnnotationReader reader)
    {
        var text = reader.Text(Ciphers);
        if (text is null || text.All(UpstreamTlsAnnotations.IsOfCiphers))
        {
            return text;
        }

        reader.Invalid(Ciphers, text, "it has to be a list of cipher names as OpenSSL has them");
        return null;
    }

    private static AnnotationSpec Spec(string name, string grammar, string fallback, string summary) =>
        new(name, grammar, fallback, AnnotationScope.Host, AnnotationRisk.Low, WhenInvalid.Default, summary);
}

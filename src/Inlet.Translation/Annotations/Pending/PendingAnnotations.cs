namespace Inlet.Translation;

/// <summary>
/// What ingress-nginx honours and this version does not yet: known by name, so that it is reported for what it is and not as a
/// typing error. A family that implements one of these takes its place in the catalogue.
/// </summary>
internal static class PendingAnnotations
{
    public static IReadOnlyList<AnnotationSpec> Specs { get; } =
    [
        Host("ssl-ciphers", "OpenSSL cipher list", "", AnnotationRisk.Low, "Ciphers of TLS to clients."),
        Host("ssl-prefer-server-ciphers", "bool", "true", AnnotationRisk.Low, "Whether the order of ssl-ciphers decides."),
        Host("ssl-passthrough", "bool", "false", AnnotationRisk.Low, "Passes TLS connections on to the endpoints as they are."),
    ];

    private static AnnotationSpec Route(string name, string grammar, string fallback, AnnotationRisk risk, string summary) =>
        new(name, grammar, fallback, AnnotationScope.Route, risk, WhenInvalid.Default, summary) { Status = AnnotationStatus.NotYet };

    private static AnnotationSpec Host(string name, string grammar, string fallback, AnnotationRisk risk, string summary) =>
        Route(name, grammar, fallback, risk, summary) with { Scope = AnnotationScope.Host };
}

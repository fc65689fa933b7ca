namespace Inlet.Translation;

/// <summary>
/// Who may come (reference/ingress-annotations §8, §9): not carried out yet. Until it is, an Ingress that asks for it is closed:
/// to serve it as if nothing had been asked would let everybody in.
/// </summary>
internal static class AuthenticationAnnotations
{
    public static IReadOnlyList<AnnotationSpec> Specs { get; } =
    [
        Guard("auth-type", "basic or digest", "Asks for a name and a password."),
        Guard("auth-secret", "namespace/name", "The Secret that holds names and passwords."),
        Guard("auth-url", "URL", "The service that is asked whether a request may pass."),
        Guard("auth-tls-secret", "namespace/name", "The Secret with the authorities of client certificates."),
    ];

    public static void Read(AnnotationReader reader)
    {
        foreach (var spec in Specs)
        {
            if (reader.Has(spec))
            {
                reader.Close(spec, "is not supported yet, and without it everybody would get in");
            }
        }
    }

    private static AnnotationSpec Guard(string name, string grammar, string summary) =>
        new(name, grammar, "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close, summary) { Status = AnnotationStatus.NotYet };
}

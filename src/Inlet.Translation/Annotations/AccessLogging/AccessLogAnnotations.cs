namespace Inlet.Translation;

/// <summary>What is logged of an Ingress's requests (reference/ingress-annotations §8).</summary>
internal static class AccessLogAnnotations
{
    private static readonly AnnotationSpec Access = new("enable-access-log", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether requests leave a line in the access log, where there is one.");

    private static readonly AnnotationSpec Rewrite = new("enable-rewrite-log", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "No effect: rewrites leave no lines in the log. Ask inlet explain.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Access, Rewrite];

    public static bool ParseUnlogged(AnnotationReader reader)
    {
        if (reader.Boolean(Rewrite) is true)
        {
            reader.WithoutEffect(Rewrite, "because rewrites leave no lines in the log");
        }

        return reader.Boolean(Access) is false;
    }
}

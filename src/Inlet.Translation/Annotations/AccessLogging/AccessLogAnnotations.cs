namespace Inlet.Translation;

/// <summary>What is logged of an Ingress's requests (reference/ingress-annotations §8).</summary>
internal static class AccessLogAnnotations
{
    private static readonly AnnotationSpec Access = new("enable-access-log", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether requests leave a line in the access log, where there is one.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Access];

    public static bool ParseUnlogged(AnnotationReader reader) => reader.Boolean(Access) is false;
}

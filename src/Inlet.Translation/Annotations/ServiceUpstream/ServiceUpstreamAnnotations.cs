namespace Inlet.Translation;

/// <summary>Whether the Service's own address takes the place of its endpoints (reference/ingress-annotations §8).</summary>
internal static class ServiceUpstreamAnnotations
{
    private static readonly AnnotationSpec ServiceUpstream = new("service-upstream", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Requests go to the Service's cluster address, and the cluster balances them; headless Services keep their endpoints. Retries, health and affinity then see one endpoint.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [ServiceUpstream];

    public static bool Parse(AnnotationReader reader) => reader.Boolean(ServiceUpstream) ?? false;
}

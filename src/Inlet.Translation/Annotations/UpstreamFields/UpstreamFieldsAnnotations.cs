using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Single fields that endpoints get (reference/ingress-annotations §8).</summary>
internal static class UpstreamFieldsAnnotations
{
    private static readonly AnnotationSpec Prefix = new(
        "x-forwarded-prefix", "path with $1 to $9", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "The field X-Forwarded-Prefix that endpoints get where rewrite-target changed the path; $1 to $9 stand for what the path's groups captured.");

    private static readonly AnnotationSpec Connection = new(
        "connection-proxy-header", "close or keep-alive", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The field Connection that endpoints get.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Prefix, Connection];

    /// <param name="rewrites">Without it the field would say nothing.</param>
    public static RewritePolicy? ParsePrefix(AnnotationReader reader, bool rewrites)
    {
        if (!rewrites)
        {
            reader.WithoutEffect(Prefix, "without rewrite-target, as long as the path goes on as it came");
            return null;
        }

        return RewriteAnnotations.Template(reader, Prefix)?.Policy;
    }

    public static UpstreamConnectionHeader ParseConnection(AnnotationReader reader)
    {
        switch (reader.Text(Connection))
        {
            case null:
                return UpstreamConnectionHeader.None;
            case "close":
                return UpstreamConnectionHeader.Close;
            case "keep-alive":
                return UpstreamConnectionHeader.KeepAlive;
            case { } other:
                reader.Invalid(Connection, other, "it has to be close or keep-alive");
                return UpstreamConnectionHeader.None;
        }
    }
}

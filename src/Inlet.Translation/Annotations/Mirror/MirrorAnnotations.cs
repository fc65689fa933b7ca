using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Copies of requests (reference/ingress-annotations §8, mirror-target; decisions.md 11).</summary>
internal static class MirrorAnnotations
{
    private static readonly AnnotationSpec Target = new(
        "mirror-target", "URL with variables", "", AnnotationScope.Route, AnnotationRisk.High, WhenInvalid.Default,
        "Each request is also sent to this URL; its answer interests nobody, and the request does not wait for it. $request_uri stands for path and query.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Addresses of this machine, link-local ones and the API server's are refused unless --allow-upstream-cidr names them. At most 512 copies are under way at a time per event loop; more are left out.",
    };

    private static readonly AnnotationSpec Host = new(
        "mirror-host", "host, with or without port", "", AnnotationScope.Route, AnnotationRisk.High, WhenInvalid.Default,
        "The Host that mirror-target gets in place of its own.");

    private static readonly AnnotationSpec Body = new(
        "mirror-request-body", "on or off", "on", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether bodies go along; requests whose bodies are larger than about 100 KiB are then not mirrored.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Requests with bodies over about 100 KiB are not mirrored while it is on.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Target, Host, Body];

    /// <returns>Null without a mirror.</returns>
    public static MirrorPolicy? Parse(AnnotationReader reader)
    {
        if (!reader.Has(Target))
        {
            reader.WithoutEffect(Host, $"without {Target.Key}");
            reader.WithoutEffect(Body, $"without {Target.Key}");
            return null;
        }

        var host = UpstreamHostAnnotations.Read(reader, Host);
        var withBody = reader.Switch(Body) ?? true;
        return TemplateReader.Url(reader, Target) is { } target ? new MirrorPolicy(target.Template) { Host = host, WithBody = withBody } : null;
    }
}

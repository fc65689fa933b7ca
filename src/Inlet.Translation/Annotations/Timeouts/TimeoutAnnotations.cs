using Inlet.Model;

namespace Inlet.Translation;

/// <summary>How long an endpoint may take (reference/ingress-annotations §8).</summary>
internal static class TimeoutAnnotations
{
    private static readonly AnnotationSpec Connect = new(
        "proxy-connect-timeout", "seconds", "5", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How long connecting to an endpoint may take; then another one is tried, and with none left the answer is 504.");

    private static readonly AnnotationSpec Read = new(
        "proxy-read-timeout", "seconds", "60", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How long an endpoint may be silent before its answer and between two parts of it; then the answer is 504.");

    private static readonly AnnotationSpec Send = new(
        "proxy-send-timeout", "seconds", "60", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How long an endpoint may take nothing of a request that is being sent; then the answer is 504.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Connect, Read, Send];

    /// <returns>Null keeps the server's.</returns>
    public static TimeoutPolicy? Parse(AnnotationReader reader)
    {
        var policy = new TimeoutPolicy(reader.Seconds(Connect), reader.Seconds(Send), reader.Seconds(Read));
        return policy == new TimeoutPolicy() ? null : policy;
    }
}

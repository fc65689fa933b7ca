using System.Buffers;

namespace Inlet.Translation;

/// <summary>The Host that endpoints get (reference/ingress-annotations §8).</summary>
internal static class UpstreamHostAnnotations
{
    private const int LongestHost = 253 + 6;

    private static readonly SearchValues<char> OfHosts = SearchValues.Create("-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz");

    private static readonly AnnotationSpec Host = new(
        "upstream-vhost", "host, with or without port", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The Host that endpoints get in place of the client's.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Variables are not supported, and are reported.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Host];

    /// <returns>Null for the client's own.</returns>
    public static string? Parse(AnnotationReader reader) => Read(reader, Host);

    /// <summary>A host name, with or without a port. Null when missing or invalid.</summary>
    public static string? Read(AnnotationReader reader, AnnotationSpec spec)
    {
        var host = reader.Text(spec);
        if (host is null || (host.Length <= LongestHost && !host.AsSpan().ContainsAnyExcept(OfHosts)))
        {
            return host;
        }

        reader.Invalid(spec, host, "it has to be a host name, with or without a port; variables are not supported");
        return null;
    }
}

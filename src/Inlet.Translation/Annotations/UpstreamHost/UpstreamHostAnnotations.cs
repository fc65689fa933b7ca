using System.Buffers;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>The Host that endpoints get (reference/ingress-annotations §8).</summary>
internal static class UpstreamHostAnnotations
{
    private const int LongestHost = 253 + 6;

    private static readonly SearchValues<char> OfHosts = SearchValues.Create("-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz");

    private static readonly AnnotationSpec Host = new(
        "upstream-vhost", "host, with or without port, with $service_name, $service_port, $namespace and $ingress_name", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The Host that endpoints get in place of the client's.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Of the variables only those of the rule itself are supported: $service_name, $service_port, $namespace and $ingress_name. Others are reported.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Host];

    /// <returns>Null for the client's own.</returns>
    public static string? Parse(AnnotationReader reader)
    {
        // What the variables stand for is a host's text too; checked with something in their place that is.
        if (reader.RawText(Host) is { } text && text.Contains('$'))
        {
            var tried = Replaced(text, "a", "a", "1", "a");
            if (tried.Length <= LongestHost && !tried.AsSpan().ContainsAnyExcept(OfHosts))
            {
                return text;
            }
        }

        return Read(reader, Host);
    }

    /// <summary>The policies with what the variables stand for at one rule.</summary>
    public static RoutePolicies Resolve(RoutePolicies policies, ObjectReference ingress, BackendKey? backend) => policies.UpstreamHost?.Contains('$') == true
        ? policies with { UpstreamHost = Replaced(policies.UpstreamHost, backend?.Service ?? "", backend?.Namespace ?? ingress.Namespace, backend?.Port ?? "", ingress.Name) } : policies;

    private static string Replaced(string text, string service, string ns, string port, string ingress)
    {
        foreach (var (name, value) in new[] { ("service_name", service), ("service_port", port), ("namespace", ns), ("ingress_name", ingress) })
        {
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal).Replace($"${name}", value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>A host name, with or without a port. Null when missing or invalid.</summary>
    public static string? Read(AnnotationReader reader, AnnotationSpec spec)
    {
        var host = reader.Text(spec);
        if (host is null || (host.Length <= LongestHost && !host.AsSpan().ContainsAnyExcept(OfHosts)))
        {
            return host;
        }

        reader.Invalid(spec, host, "it has to be a host name, with or without a port; of the variables only $service_name, $service_port, $namespace and $ingress_name are supported");
        return null;
    }
}

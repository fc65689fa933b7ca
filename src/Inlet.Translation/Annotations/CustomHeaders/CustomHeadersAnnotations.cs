using System.Buffers;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Fields that every answer gets (reference/ingress-annotations §8, custom-headers).</summary>
internal static class CustomHeadersAnnotations
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> OfValues = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\\");

    // What frames an answer, or belongs to the connection, is the proxy's own.
    private static readonly HashSet<string> NotOurs = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Date", "Keep-Alive", "Location", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private static readonly AnnotationSpec Map = new(
        "custom-headers", "namespace/name", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "The ConfigMap whose entries are fields that every answer gets, in place of the endpoint's own.")
    {
        Status = AnnotationStatus.Differs,
        Note = "The ConfigMap has to be in the Ingress's own namespace. Without global-allowed-response-headers every field may be set but those that are the proxy's own.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Map];

    public static CustomHeadersSetting? Parse(AnnotationReader reader, string ns) =>
        reader.Object(Map, ns) is { } key ? new CustomHeadersSetting(key) : null;

    public static RoutePolicies Apply(CustomHeadersSetting setting, RoutePolicies policies, ObjectLookup lookup)
    {
        var map = lookup.ConfigMap(setting.ConfigMap);
        if (map?.Data is not { } data)
        {
            return lookup.Close(policies, Map.Field, VerdictCodes.ConfigMapNotFound, $"ConfigMap {setting.ConfigMap} {(map is null ? "does not exist" : "is too large")}");
        }

        var fields = new List<HeaderField>();
        foreach (var (name, value) in data.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            if (WhyNot(name, value.Trim(), lookup.Options) is { } reason)
            {
                return lookup.Close(policies, Map.Field, VerdictCodes.ConfigMapInvalid, $"ConfigMap {setting.ConfigMap}: {AnnotationReader.Shortened(name)} {reason}");
            }

            fields.Add(new HeaderField(name, value.Trim()));
        }

        return policies with { AnswerFields = fields.ToEquatableArray() };
    }

    private static string? WhyNot(string name, string value, TranslationOptions options)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(OfNames))
        {
            return "is no field name: letters, digits, - and _ are";
        }

        if (NotOurs.Contains(name))
        {
            return "is the proxy's own to send";
        }

        if (options.AllowedAnswerFields is { } allowed && !allowed.AsSpan().Contains(name))
        {
            return "is not one of the fields that global-allowed-response-headers allows";
        }

        return value.AsSpan().ContainsAnyExcept(OfValues) ? "has a value with characters that a field's value cannot hold" : null;
    }
}

/// <param name="ConfigMap">Field names and values.</param>
internal sealed record CustomHeadersSetting(ObjectKey ConfigMap) : DeferredSetting
{
    public override RoutePolicies Apply(RoutePolicies policies, ObjectLookup lookup) => CustomHeadersAnnotations.Apply(this, policies, lookup);
}

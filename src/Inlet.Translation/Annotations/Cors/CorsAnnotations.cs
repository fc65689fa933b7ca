using System.Buffers;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Cross-origin requests (reference/ingress-annotations §6).</summary>
internal static class CorsAnnotations
{
    private const int MostOrigins = 1000;

    private static readonly SearchValues<char> OfSchemes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> OfTokens =
        SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    private static readonly AnnotationSpec Enabled = new(
        "enable-cors", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Answers preflight requests and adds the Access-Control fields to answers, also to errors.");

    private static readonly AnnotationSpec Origins = new(
        "cors-allow-origin", "list of scheme://host[:port], null or *", "*", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "Origins that are allowed; a host may begin with *. for one label. An invalid list allows none.")
    {
        Status = AnnotationStatus.Differs,
        Note = "An invalid list allows no origin, where ingress-nginx allows every one; origins are compared whole; Vary: Origin is added where the origin is.",
    };

    private static readonly AnnotationSpec Methods = new(
        "cors-allow-methods", "list of methods", "GET, PUT, POST, DELETE, PATCH, OPTIONS", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "Methods that scripts of other origins may use.");

    private static readonly AnnotationSpec Headers = new(
        "cors-allow-headers", "list of field names",
        "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
        AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default, "Fields that scripts of other origins may send.");

    private static readonly AnnotationSpec Expose = new(
        "cors-expose-headers", "list of field names or *", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "Fields of answers that scripts of other origins may read.");

    private static readonly AnnotationSpec Credentials = new(
        "cors-allow-credentials", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether requests of other origins may carry cookies and passwords.");

    private static readonly AnnotationSpec MaxAge = new(
        "cors-max-age", "integer", "1728000", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Seconds for which browsers may keep the answer to a preflight request.");

    private static readonly AnnotationSpec[] Settings = [Origins, Methods, Headers, Expose, Credentials, MaxAge];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Enabled, .. Settings];

    /// <returns>Null without it, and where no origin is allowed.</returns>
    public static CorsPolicy? Parse(AnnotationReader reader)
    {
        if (reader.Boolean(Enabled) is not true)
        {
            foreach (var spec in Settings)
            {
                reader.WithoutEffect(spec, $"without {Enabled.Key}: \"true\"");
            }

            return null;
        }

        var defaults = new CorsPolicy([]);
        var origins = ReadOrigins(reader);
        var policy = new CorsPolicy(origins)
        {
            AllowCredentials = reader.Boolean(Credentials) ?? defaults.AllowCredentials,
            AllowMethods = Names(reader, Methods, anyAllowed: false) ?? defaults.AllowMethods,
            AllowHeaders = Names(reader, Headers, anyAllowed: true) ?? defaults.AllowHeaders,
            ExposeHeaders = Names(reader, Expose, anyAllowed: true) ?? defaults.ExposeHeaders,
            MaxAge = Age(reader) ?? defaults.MaxAge,
        };
        return origins.IsEmpty ? null : policy;
    }

    private static EquatableArray<string> ReadOrigins(AnnotationReader reader)
    {
        if (!reader.Has(Origins))
        {
            return ["*"];
        }

        if (reader.RawText(Origins) is not { } text)
        {
            return Refuse(reader, "", "it is empty");
        }

        var items = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (items.Contains("*"))
        {
            // Only alone beside valid ones: a list with a slip in it must not become everybody.
            items = [.. items.Where(static item => item != "*").Append("*")];
        }

        foreach (var item in items)
        {
            if (item != "*" && item != "null" && !IsOrigin(item))
            {
                return Refuse(reader, text, $"\"{item}\" is not an origin such as https://example.com, https://*.example.com:8443, null or *");
            }
        }

        return items.Length switch
        {
            0 => Refuse(reader, text, "it names no origin"),
            > MostOrigins => Refuse(reader, text, $"it names more than {MostOrigins} origins"),
            _ => items[^1] == "*" ? ["*"] : items.Select(static item => item.ToLowerInvariant()).ToEquatableArray(),
        };
    }

    /// <summary>Everybody in place of nobody would open what the list was to guard (decisions.md 16).</summary>
    private static EquatableArray<string> Refuse(AnnotationReader reader, string text, string reason)
    {
        reader.Verdicts.Refused(Origins.Field, VerdictCodes.AnnotationInvalid,
            $"{Origins.Key}: \"{AnnotationReader.Shortened(text)}\" is not valid: {reason}; no origin is allowed, and requests are served without Access-Control fields.");
        return [];
    }

    private static bool IsOrigin(string item)
    {
        var colon = item.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0 || item.AsSpan(0, colon).ContainsAnyExcept(OfSchemes))
        {
            return false;
        }

        var host = item[(colon + 3)..];
        if (host.LastIndexOf(':') is >= 0 and var port)
        {
            if (!ushort.TryParse(host.AsSpan(port + 1), System.Globalization.NumberStyles.None, null, out _))
            {
                return false;
            }

            host = host[..port];
        }

        return HostNames.Normalise(host) is { Length: > 0 };
    }

    private static string? Names(AnnotationReader reader, AnnotationSpec spec, bool anyAllowed)
    {
        if (reader.Text(spec) is not { } text)
        {
            return null;
        }

        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > 0 && names.All(name => (anyAllowed && name == "*") || !name.AsSpan().ContainsAnyExcept(OfTokens)))
        {
            return string.Join(", ", names);
        }

        reader.Invalid(spec, text, "it has to be a list of names of letters, digits, - and _, separated by commas");
        return null;
    }

    private static int? Age(AnnotationReader reader)
    {
        var seconds = reader.Integer(MaxAge);
        if (seconds is null or >= -1)
        {
            return seconds;
        }

        reader.Invalid(MaxAge, $"{seconds}", "it has to be at least 0 seconds, or -1 for none");
        return null;
    }
}

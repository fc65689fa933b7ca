using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// The canary family (reference/ingress-annotations §2). How canaries find the route they split is in Conflicts/; how a
/// request chooses among them is the data plane's.
/// </summary>
internal static class CanaryAnnotations
{
    private const int SmallestTotal = 100;

    private static readonly AnnotationSpec Enabled = new(
        "canary", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Makes the Ingress a canary: its Service takes a part of the requests of the ordinary Ingress with the same host and path.");

    private static readonly AnnotationSpec ByHeader = new(
        "canary-by-header", "header name", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "A request with this header and the value always goes to the canary, with the value never not; other values go on to the cookie.");

    private static readonly AnnotationSpec ByHeaderValue = new(
        "canary-by-header-value", "string", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "The header value, case-sensitive, that goes to the canary instead of always and never.");

    private static readonly AnnotationSpec ByHeaderPattern = new(
        "canary-by-header-pattern", "regular expression", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "A request in whose header this is found goes to the canary, instead of always and never; not asked beside canary-by-header-value.");

    private static readonly AnnotationSpec ByCookie = new(
        "canary-by-cookie", "cookie name", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "A request whose cookie of this name is always goes to the canary, never not; otherwise the weight decides.");

    private static readonly AnnotationSpec Weight = new(
        "canary-weight", "integer", "0", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How many of canary-weight-total requests go to the canary when neither header nor cookie decided.");

    private static readonly AnnotationSpec WeightTotal = new(
        "canary-weight-total", "integer", "100", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "What canary-weight is a part of; at least 100.");

    private static readonly AnnotationSpec Affinity = new(
        "affinity-canary-behavior", "sticky or legacy", "sticky", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether clients that met the canary stay with it where the ordinary Ingress has affinity; legacy draws them anew at each request.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Enabled, ByHeader, ByHeaderValue, ByHeaderPattern, ByCookie, Weight, WeightTotal, Affinity];

    /// <returns>Null for an ordinary Ingress.</returns>
    public static CanarySettings? Read(AnnotationReader reader)
    {
        if (reader.Boolean(Enabled) is not true)
        {
            ReportDisabled(reader);
            return null;
        }

        var header = Header(reader);
        var cookie = reader.Word(ByCookie);
        var total = Total(reader);
        var weight = WeightWithin(reader, total);
        if (header is null && cookie is null && !reader.Has(Weight))
        {
            reader.Verdicts.Defaulted(Enabled.Field, VerdictCodes.CanaryWithoutCondition,
                $"The canary takes no requests: set {Weight.Key}, {ByHeader.Key} or {ByCookie.Key}.");
        }

        return new CanarySettings(header, cookie, weight, total) { WithoutAffinity = ReadAffinity(reader) };
    }

    private static bool ReadAffinity(AnnotationReader reader)
    {
        switch (reader.Text(Affinity))
        {
            case "legacy":
                return true;
            case null or "sticky":
                return false;
            case { } other:
                reader.Invalid(Affinity, other, "it has to be sticky or legacy");
                return false;
        }
    }

    private static void ReportDisabled(AnnotationReader reader)
    {
        foreach (var spec in Specs)
        {
            if (spec != Enabled && reader.Has(spec))
            {
                reader.Verdicts.Refused(spec.Field, VerdictCodes.CanaryNotEnabled,
                    $"{spec.Key} has no effect because {Enabled.Key} is not \"true\"; this is an ordinary Ingress.");
            }
        }
    }

    private static CanaryHeader? Header(AnnotationReader reader)
    {
        var value = reader.Word(ByHeaderValue);
        var pattern = Pattern(reader);
        if (reader.Word(ByHeader) is { } name)
        {
            if (value is not null)
            {
                reader.WithoutEffect(ByHeaderPattern, $"beside {ByHeaderValue.Key}, which decides");
            }

            return new CanaryHeader(name, value) { Pattern = value is null ? pattern : null };
        }

        foreach (var spec in new[] { ByHeaderValue, ByHeaderPattern })
        {
            reader.WithoutEffect(spec, $"without {ByHeader.Key}, which names the header");
        }

        return null;
    }

    private static string? Pattern(AnnotationReader reader)
    {
        if (reader.Text(ByHeaderPattern) is not { } pattern)
        {
            return null;
        }

        try
        {
            BoundedRegex.Compile(pattern);
            return pattern;
        }
        catch (FormatException exception)
        {
            reader.Invalid(ByHeaderPattern, pattern, $"it {exception.Message}");
            return null;
        }
    }

    private static int Total(AnnotationReader reader)
    {
        var total = reader.Integer(WeightTotal) ?? SmallestTotal;
        if (total < SmallestTotal)
        {
            reader.Invalid(WeightTotal, $"{total}", $"it has to be at least {SmallestTotal}");
        }

        return Math.Max(total, SmallestTotal);
    }

    private static int WeightWithin(AnnotationReader reader, int total)
    {
        var weight = reader.Integer(Weight) ?? 0;
        if (weight < 0)
        {
            reader.Invalid(Weight, $"{weight}", "it cannot be negative");
        }
        else if (weight > total)
        {
            reader.Verdicts.Defaulted(Weight.Field, VerdictCodes.AnnotationInvalid,
                $"{Weight.Key}: {weight} is more than the total of {total}; every request goes to the canary.");
        }

        return Math.Clamp(weight, 0, total);
    }
}

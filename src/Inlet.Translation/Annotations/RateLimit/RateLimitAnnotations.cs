using Inlet.Model;

namespace Inlet.Translation;

/// <summary>How much one client may ask (reference/ingress-annotations §7).</summary>
internal static class RateLimitAnnotations
{
    private const int Most = 1_000_000;

    // Limits guard a route: one that cannot be read must not become none.
    private static readonly AnnotationSpec Connections = Limit("limit-connections", "Requests of one client address under way at the same time; more are answered 503.");

    private static readonly AnnotationSpec PerSecond = Limit("limit-rps", "Requests of one client address per second; more are answered 503.");

    private static readonly AnnotationSpec PerMinute = Limit("limit-rpm", "Requests of one client address per minute; more are answered 503.");

    private static readonly AnnotationSpec Burst = new(
        "limit-burst-multiplier", "integer", "5", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How many times limit-rps or limit-rpm a client that was quiet may send at once.");

    private static readonly AnnotationSpec Exempt = new(
        "limit-allowlist", "list of addresses and networks", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close,
        "Clients from these addresses and networks have no limits.");

    private static readonly AnnotationSpec ExemptAlias = Exempt with { Name = "limit-whitelist", AliasOf = "limit-allowlist", Summary = "The old name of limit-allowlist, which wins." };

    private static readonly AnnotationSpec Rate = new(
        "limit-rate", "integer", "0", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "KiB per second that one answer is sent with; 0 sets no limit.");

    private static readonly AnnotationSpec RateAfter = new(
        "limit-rate-after", "integer", "0", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "KiB of an answer that are sent as fast as they can before limit-rate begins.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Connections, PerSecond, PerMinute, Burst, Exempt, ExemptAlias, Rate, RateAfter];

    /// <returns>Null without limits.</returns>
    public static RateLimitPolicy? Parse(AnnotationReader reader, ObjectReference source)
    {
        if (reader.Has(Exempt))
        {
            reader.WithoutEffect(ExemptAlias, $"beside {Exempt.Key}");
        }

        var policy = new RateLimitPolicy($"{source.Namespace}/{source.Name}")
        {
            Connections = Count(reader, Connections),
            RequestsPerSecond = Count(reader, PerSecond),
            RequestsPerMinute = Count(reader, PerMinute),
            BurstMultiplier = reader.Has(Burst) ? Multiplier(reader) : 5,
            Exempt = AccessAnnotations.Networks(reader, reader.Has(Exempt) ? Exempt : ExemptAlias),
        };
        return policy.LimitsNothing ? null : policy;
    }

    /// <returns>Null without a limit.</returns>
    public static BandwidthPolicy? ParseBandwidth(AnnotationReader reader)
    {
        var rate = Count(reader, Rate);
        var after = Count(reader, RateAfter);
        if (rate > 0)
        {
            return new BandwidthPolicy(rate * 1024L, after * 1024L);
        }

        reader.WithoutEffect(RateAfter, $"without {Rate.Key}");
        return null;
    }

    private static int Multiplier(AnnotationReader reader)
    {
        switch (reader.Integer(Burst))
        {
            case null:
                return 5;
            case >= 1 and <= Most and var multiplier:
                return multiplier;
            case { } other:
                reader.Invalid(Burst, $"{other}", $"it has to be 1 to {Most}");
                return 5;
        }
    }

    private static int Count(AnnotationReader reader, AnnotationSpec spec)
    {
        switch (reader.Integer(spec))
        {
            case null:
                return 0;
            case >= 0 and <= Most and var count:
                return count;
            case { } other:
                reader.Invalid(spec, $"{other}", $"it has to be 0 to {Most}");
                return 0;
        }
    }

    private static AnnotationSpec Limit(string name, string summary) =>
        new(name, "integer", "0", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Close, summary);
}

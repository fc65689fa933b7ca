using Inlet.Model;

namespace Inlet.Translation;

/// <summary>When a request is tried on another endpoint (reference/ingress-annotations §8, decisions.md 18).</summary>
internal static class RetryAnnotations
{
    /// <summary>No sensible Service needs more, and every try costs a client its time and the others theirs.</summary>
    private const int MostTries = 32;

    private static readonly AnnotationSpec Reasons = new(
        "proxy-next-upstream", "list of reasons", "error", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "What sends a request on to another endpoint: error, timeout, invalid_header, http_500, http_502, http_503, http_504, http_403, http_404, http_429; "
        + "non_idempotent allows it for POST too, off forbids it.");

    private static readonly AnnotationSpec Tries = new(
        "proxy-next-upstream-tries", "integer", "3", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "How many endpoints are tried for one request, the first included; 0 sets no limit of its own.");

    private static readonly AnnotationSpec Within = new(
        "proxy-next-upstream-timeout", "seconds", "0", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "No other endpoint is tried this long after the request began; 0 sets no limit.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Reasons, Tries, Within];

    public static RetryPolicy Parse(AnnotationReader reader)
    {
        var policy = (reader.Text(Reasons) is { } reasons ? ParseReasons(reader, reasons) : null) ?? RetryPolicy.Default;
        if (reader.Integer(Within) is { } seconds)
        {
            policy = seconds < 0 ? policy : policy with { Within = seconds == 0 ? null : TimeSpan.FromSeconds(seconds) };
            if (seconds < 0)
            {
                reader.Invalid(Within, $"{seconds}", "it cannot be negative");
            }
        }

        var tries = ReadTries(reader);
        // Off stays off whatever the number says.
        return tries is { } most && policy.MaxTries > 1 ? policy with { MaxTries = most } : policy;
    }

    private static RetryPolicy? ParseReasons(AnnotationReader reader, string text)
    {
        var on = RetryOn.None;
        var off = false;
        var nonIdempotent = false;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Reason(word) is { } reason)
            {
                on |= reason;
            }
            else if (word == "non_idempotent")
            {
                nonIdempotent = true;
            }
            else if (word == "off")
            {
                off = true;
            }
            else
            {
                reader.Invalid(Reasons, text, $"\"{word}\" is not a reason");
                return null;
            }
        }

        return off ? new RetryPolicy(RetryOn.None) { MaxTries = 1 } : new RetryPolicy(on) { NonIdempotent = nonIdempotent };
    }

    private static RetryOn? Reason(string word) => word switch
    {
        "error" => RetryOn.Error,
        "timeout" => RetryOn.Timeout,
        "invalid_header" => RetryOn.InvalidAnswer,
        "http_500" => RetryOn.Http500,
        "http_502" => RetryOn.Http502,
        "http_503" => RetryOn.Http503,
        "http_504" => RetryOn.Http504,
        "http_403" => RetryOn.Http403,
        "http_404" => RetryOn.Http404,
        "http_429" => RetryOn.Http429,
        _ => null,
    };

    private static int? ReadTries(AnnotationReader reader)
    {
        switch (reader.Integer(Tries))
        {
            case null:
                return null;
            case < 0 and var negative:
                reader.Invalid(Tries, $"{negative}", "it cannot be negative");
                return null;
            case 0:
                return MostTries;
            case > MostTries and var many:
                reader.Verdicts.Defaulted(Tries.Field, VerdictCodes.AnnotationInvalid,
                    $"{Tries.Key}: {many} is more than the most, {MostTries}, which is in force.");
                return MostTries;
            case { } tries:
                return tries;
        }
    }
}

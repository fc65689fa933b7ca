using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Redirects in place of an endpoint's answer (reference/ingress-annotations §3).</summary>
internal static class RedirectAnnotations
{
    private const int PermanentRedirect = 308;

    private static readonly AnnotationSpec Permanent = new(
        "permanent-redirect", "URL", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "Every request is redirected to this URL, or path of the same host.");

    private static readonly AnnotationSpec PermanentCode = new(
        "permanent-redirect-code", "300 to 308", "301", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The status of permanent-redirect.");

    private static readonly AnnotationSpec Temporal = new(
        "temporal-redirect", "URL", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Close,
        "Every request is redirected to this http or https URL for now; wins over permanent-redirect.");

    private static readonly AnnotationSpec TemporalCode = new(
        "temporal-redirect-code", "300 to 307", "302", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The status of temporal-redirect.");

    private static readonly AnnotationSpec AppRoot = new(
        "app-root", "path", "", AnnotationScope.Host, AnnotationRisk.Medium, WhenInvalid.Default,
        "Requests for exactly / of the Ingress's hosts are redirected to this path with 302.");

    private static readonly AnnotationSpec Www = new(
        "from-to-www-redirect", "bool", "false", AnnotationScope.Host, AnnotationRisk.Low, WhenInvalid.Default,
        "Requests for the name with www. in front, or without it where the host has it, are redirected to the host with 308.");

    private static readonly AnnotationSpec Relative = new(
        "relative-redirects", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "A redirect to a path of the same host is sent as that path alone, without scheme and host.");

    private static readonly AnnotationSpec KeepSlash = new(
        "preserve-trailing-slash", "bool", "true", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "Redirects to HTTPS always keep a slash at the end of the path; false has no effect.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Redirects to HTTPS keep the path as it is, also its slash at the end.",
    };

    private static readonly AnnotationSpec UsePort = new(
        "use-port-in-redirects", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Redirects to HTTPS name the port unless it is 443; false has no effect.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Redirects to HTTPS name the port that clients see unless it is 443, whatever it says.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Permanent, PermanentCode, Temporal, TemporalCode, AppRoot, Www, Relative, KeepSlash, UsePort];

    /// <returns>Null where requests go to endpoints.</returns>
    public static RedirectPolicy? Parse(AnnotationReader reader)
    {
        var permanent = reader.Url(Permanent);
        var temporal = reader.Url(Temporal);
        if (temporal is not null && !IsHttp(temporal))
        {
            reader.Invalid(Temporal, temporal, "it has to begin with http:// or https://");
            temporal = null;
        }

        if (reader.Boolean(KeepSlash) is false)
        {
            reader.Differs(KeepSlash, "as false: redirects keep the path as it is");
        }

        if (reader.Boolean(UsePort) is false)
        {
            reader.Differs(UsePort, "as false: redirects name the port unless it is 443");
        }

        var relative = reader.Boolean(Relative) ?? false;
        var permanentStatus = Status(reader, PermanentCode, permanent is not null, fallback: 301, most: 308);
        var temporalStatus = Status(reader, TemporalCode, temporal is not null, fallback: 302, most: 307);
        return temporal is not null ? new RedirectPolicy(temporalStatus, temporal)
            : permanent is not null ? new RedirectPolicy(permanentStatus, permanent) { Relative = relative } : null;
    }

    /// <summary>What the host-wide ones add to the paths of an Ingress.</summary>
    public static IEnumerable<PathClaim> Claims(AnnotationReader reader, IReadOnlyList<PathClaim> paths)
    {
        var root = reader.Url(AppRoot);
        if (root is not null && root is not ['/', not '/', ..])
        {
            reader.Invalid(AppRoot, root, "it has to be a path, from / on, other than /");
            root = null;
        }

        var www = reader.Boolean(Www) ?? false;
        foreach (var host in paths.Select(static claim => claim.Host).Distinct())
        {
            if (root is not null)
            {
                yield return new PathClaim(host, new PathMatch(PathMatchKind.Exact, "/"), null, AppRoot.Field, Implicit: false)
                {
                    Redirect = new RedirectPolicy(302, root),
                };
            }

            if (www && host.Length > 0 && host[0] != '*')
            {
                var other = host.StartsWith("www.", StringComparison.Ordinal) ? host[4..] : $"www.{host}";
                yield return new PathClaim(other, new PathMatch(PathMatchKind.Prefix, "/"), null, Www.Field, Implicit: false)
                {
                    Redirect = new RedirectPolicy(PermanentRedirect, host) { KeepTarget = true },
                    OtherName = true,
                };
            }
        }
    }

    private static bool IsHttp(string url) =>
        url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal);

    private static int Status(AnnotationReader reader, AnnotationSpec spec, bool isUsed, int fallback, int most)
    {
        if (!isUsed)
        {
            reader.WithoutEffect(spec, "without the redirect it belongs to");
            return fallback;
        }

        var status = reader.Integer(spec) ?? fallback;
        // 304 speaks of what the client has already, and has no body.
        if (status >= 300 && status <= most && status != 304)
        {
            return status;
        }

        reader.Invalid(spec, $"{status}", $"it has to be 300 to {most}, and not 304");
        return fallback;
    }
}

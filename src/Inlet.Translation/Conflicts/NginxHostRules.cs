using Inlet.Model;

namespace Inlet.Translation;

/// <summary>A route, and whose it is.</summary>
internal sealed record ClaimedRoute(Route Route, IngressFragment Owner, PathClaim Claim);

/// <summary>
/// What ingress-nginx makes of the routes of one host (reference/ingress-annotations §0.3, §1, §4): one regular expression makes
/// all paths of the host such, a slash at a prefix's end counts, and a TLS section of any Ingress redirects for all its hosts.
/// </summary>
internal sealed class NginxHostRules(string host, TranslationOptions options, Action<IngressFragment, string, VerdictOutcome, string, string> report)
{
    private const int MovedPermanently = 301;

    /// <summary>The root that nobody wrote is the oldest Ingress's, with all that its annotations say.</summary>
    public static IReadOnlyList<IngressFragment> RootOwner(string host, IReadOnlyList<IngressFragment> fragments) =>
        [.. fragments.Where(fragment => fragment.Canary is null && fragment.Paths.Any(claim => claim.Implicit && claim.Host == host)).Take(1)];

    public EquatableArray<Route> Apply(IReadOnlyList<IngressFragment> fragments, IReadOnlyList<ClaimedRoute> claimed)
    {
        var routes = claimed.Any(IsExpression) ? AsExpressions(claimed) : WithSlashes(claimed);
        var isTlsHost = host.Length > 0 && fragments.Any(static fragment => fragment.Canary is null && fragment.AsksForTls);
        return routes.Select(route => route with { TlsRedirect = Redirect(route, isTlsHost) }).ToEquatableArray();
    }

    private static bool IsExpression(ClaimedRoute route) =>
        route.Claim.Redirect is null
        && (route.Owner.Settings.UsesRegex || (route.Owner.Settings.RewriteTarget is { } target && target != route.Claim.Path.Path));

    private List<Route> AsExpressions(IReadOnlyList<ClaimedRoute> claimed)
    {
        var routes = new List<Route>();
        foreach (var (route, owner, claim) in claimed)
        {
            // app-root asks for exactly / before any location is looked for.
            if (claim.Redirect is not null)
            {
                routes.Add(route);
            }
            else if (WhyNoExpression(claim.Path.Path) is { } reason)
            {
                report(owner, $"{claim.Field}.path", VerdictOutcome.Refused, VerdictCodes.InvalidPath,
                    $"\"{claim.Path.Path}\" {reason}; the path is not served. Every path of host {host} is a regular expression, because an Ingress of it has use-regex or rewrite-target.");
            }
            else
            {
                routes.Add(route with { Path = new PathMatch(PathMatchKind.Regex, claim.Path.Path) });
            }
        }

        return routes;
    }

    /// <summary>Prefix /p/ covers what is below it; /p itself is another path, and without one redirects to /p/.</summary>
    private static List<Route> WithSlashes(IReadOnlyList<ClaimedRoute> claimed)
    {
        var written = claimed.Select(static one => one.Route.Path).ToHashSet();
        var routes = new List<Route>();
        foreach (var (route, _, claim) in claimed)
        {
            var path = claim.Path;
            if (path.Kind == PathMatchKind.Prefix && written.Contains(path with { Path = $"{path.Path}/" }))
            {
                // Everything below is the longer one's.
                var exact = new PathMatch(PathMatchKind.Exact, path.Path);
                if (!written.Contains(exact))
                {
                    routes.Add(route with { Path = exact });
                }

                continue;
            }

            routes.Add(route);
            if (path is { Kind: PathMatchKind.Prefix, Path.Length: > 1 } && path.Path[^1] == '/')
            {
                var bare = new PathMatch(PathMatchKind.Exact, path.Path[..^1]);
                if (!written.Contains(bare) && !written.Contains(bare with { Kind = PathMatchKind.Prefix }))
                {
                    routes.Add(route with { Path = bare, Policies = route.Policies with { Redirect = route.Policies.Redirect ?? new RedirectPolicy(MovedPermanently, path.Path) { KeepQuery = true } } });
                }
            }
        }

        return routes;
    }

    /// <summary>A TLS section makes a redirecting host of each host of its Ingress, listed or not, certificate or none.</summary>
    private TlsRedirectPolicy Redirect(Route route, bool isTlsHost) =>
        options.NoTlsRedirectLocations.Any(location => route.Path.Path.StartsWith(location, StringComparison.Ordinal)) ? TlsRedirectPolicy.Off
        : isTlsHost && route.TlsRedirect == TlsRedirectPolicy.WhenHostHasCertificate ? TlsRedirectPolicy.Always : route.TlsRedirect;

    private static string? WhyNoExpression(string path)
    {
        try
        {
            PathRegex.Compile(path);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}

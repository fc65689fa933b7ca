using Inlet.Model;

namespace Inlet.Routing.Tests;

/// <summary>The rules of matching written as plainly as possible: scan everything, sort by precedence, take the first.</summary>
internal static class NaiveMatcher
{
    public static Route? Match(RouteModel model, string host, string path)
    {
        var covering = model.Hosts
            .Where(candidate => candidate.Routes.Count > 0 && Covers(candidate.Host, host))
            .OrderBy(candidate => candidate.Host == host && !candidate.Host.StartsWith('*') ? 0 : candidate.Host.Length > 0 ? 1 : 2)
            .FirstOrDefault();
        var route = covering?.Routes
            .Where(candidate => Covers(candidate.Path, path))
            .OrderBy(candidate => candidate.Path.Kind == PathMatchKind.Exact ? 0 : 1)
            .ThenByDescending(candidate => candidate.Path.Path.TrimEnd('/').Length)
            .FirstOrDefault();
        return route ?? (model.DefaultBackend is { } split
            ? new Route(new PathMatch(PathMatchKind.Prefix, "/"), split, TlsRedirectPolicy.Off, new ObjectReference("Ingress", "", ""))
            : null);
    }

    private static bool Covers(string pattern, string host)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
        {
            return pattern.Length == 0 || pattern == host;
        }

        var labels = host.Split('.', 2);
        return labels.Length == 2 && labels[0].Length > 0 && "*." + labels[1] == pattern;
    }

    private static bool Covers(PathMatch match, string path)
    {
        if (match.Kind == PathMatchKind.Exact)
        {
            return match.Path == path;
        }

        var elements = match.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(elements.Length).SequenceEqual(elements);
    }
}

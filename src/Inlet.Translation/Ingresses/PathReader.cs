using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Rules → the host and path pairs they claim. A rule or path that cannot be served is reported; the others stand.</summary>
internal sealed class PathReader(string ns, BackendClaim? fallback, Verdicts verdicts)
{
    private static readonly PathMatch Root = new(PathMatchKind.Prefix, "/");
    private readonly List<PathClaim> _claims = [];
    private readonly HashSet<string> _hosts = [];

    /// <summary>Paths that look like regular expressions are.</summary>
    public bool MayBeExpressions { get; init; }

    /// <summary>
    /// Whether a path is a regular expression depends on all Ingresses of its host, so that nothing can be said of its text yet;
    /// and every host has a root, whether somebody wrote one or not.
    /// </summary>
    public bool IsIngressNginx { get; init; }

    /// <summary>Where such a root leads without a <c>spec.defaultBackend</c>; null answers 404.</summary>
    public BackendKey? GlobalDefault { get; init; }

    public IReadOnlyList<PathClaim> Read(IReadOnlyList<IngressRule?> rules)
    {
        for (var index = 0; index < rules.Count; index++)
        {
            if (rules[index] is { } rule)
            {
                ReadRule(rule, $"spec.rules[{index}]");
            }
        }

        if (IsIngressNginx)
        {
            _claims.AddRange(_hosts.Where(static host => host.Length > 0).Select(ImplicitRoot));
        }
        else if (fallback is not null)
        {
            _claims.AddRange(_hosts.Select(host => new PathClaim(host, Root, fallback.Backend, fallback.Field, Implicit: true)));
        }

        return _claims;
    }

    private PathClaim ImplicitRoot(string host) =>
        new(host, Root, fallback?.Backend ?? GlobalDefault, fallback?.Field ?? "spec.rules", Implicit: true);

    private void ReadRule(IngressRule rule, string field)
    {
        if (HostNames.Normalise(rule.Host) is not { } host)
        {
            verdicts.Refused($"{field}.host", VerdictCodes.InvalidHost,
                $"\"{rule.Host}\" is not a DNS name or a wildcard like *.example.com; the rule is not served.");
            return;
        }

        _hosts.Add(host);
        var paths = rule.Http?.Paths ?? [];
        if (paths.Count == 0 && fallback is null)
        {
            verdicts.Refused($"{field}.http", VerdictCodes.RuleWithoutPaths,
                "The rule has no paths and the Ingress no defaultBackend, so there is nothing to serve for this host. Add a path.");
        }

        for (var index = 0; index < paths.Count; index++)
        {
            if (paths[index] is { } path)
            {
                ReadPath(host, path, $"{field}.http.paths[{index}]");
            }
        }
    }

    private void ReadPath(string host, HttpIngressPath path, string field)
    {
        PathMatchKind kind;
        switch (path.PathType)
        {
            case "Exact":
                kind = PathMatchKind.Exact;
                break;
            case "Prefix" or "ImplementationSpecific" or null or "":
                kind = PathMatchKind.Prefix;
                break;
            default:
                verdicts.Refused($"{field}.pathType", VerdictCodes.InvalidPathType,
                    $"\"{path.PathType}\" is not a path type; the path is not served. Use Prefix, Exact or ImplementationSpecific.");
                return;
        }

        var text = string.IsNullOrEmpty(path.Path) ? "/" : path.Path;
        if (MayBeExpressions && kind == PathMatchKind.Prefix && RewriteAnnotations.IsExpression(text))
        {
            kind = PathMatchKind.Regex;
        }

        if (WhyNot(kind, text) is { } reason)
        {
            verdicts.Refused($"{field}.path", VerdictCodes.InvalidPath, $"\"{text}\" {reason}; the path is not served.");
            return;
        }

        if (BackendReader.Read(path.Backend ?? new IngressBackend(), ns, $"{field}.backend", verdicts) is { } backend)
        {
            _claims.Add(new PathClaim(host, new PathMatch(kind, text), backend.Backend, field, Implicit: false));
        }
    }

    private string? WhyNot(PathMatchKind kind, string path) =>
        IsIngressNginx ? WhyNoPath(path) : kind == PathMatchKind.Regex ? WhyNoExpression(path) : WhyNever(path);

    private static string? WhyNoPath(string path) =>
        path[0] != '/' ? "does not begin with /" : path.AsSpan().ContainsAnyInRange('\0', '\x1f') ? "has a control character" : null;

    private static string? WhyNoExpression(string path)
    {
        try
        {
            PathRegex.Compile(path);
            return path[0] == '/' ? null : "does not begin with /";
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    // Requests are matched by their canonical path (decisions.md 4), which never looks like these.
    private static string? WhyNever(string path)
    {
        if (path[0] != '/')
        {
            return "does not begin with /";
        }

        if (path.Contains("//", StringComparison.Ordinal))
        {
            return "has an empty element (//) and would match no request";
        }

        if ($"{path}/".Contains("/./", StringComparison.Ordinal) || $"{path}/".Contains("/../", StringComparison.Ordinal))
        {
            return "has a . or .. element and would match no request";
        }

        return path.AsSpan().IndexOfAny('?', '#') >= 0 ? "has a ? or #, which no path contains" : null;
    }
}

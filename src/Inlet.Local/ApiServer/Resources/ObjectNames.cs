using System.Text.RegularExpressions;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>Which names an object may have: by kind.</summary>
public enum NameRule
{
    /// <summary>RFC 1123 subdomain, up to 253 bytes: most kinds.</summary>
    Subdomain,

    /// <summary>RFC 1123 label, up to 63 bytes: namespaces.</summary>
    Label,

    /// <summary>RFC 1035 label, up to 63 bytes: Services, whose names become DNS names.</summary>
    ServiceLabel,

    /// <summary>Anything that is one path segment: the RBAC kinds (<c>system:node</c>).</summary>
    PathSegment,
}

/// <summary>Name checks; each returns null or the reason in Kubernetes' words.</summary>
internal static partial class ObjectNames
{
    public static string? Error(NameRule rule, string name) => rule switch
    {
        NameRule.Subdomain => SubdomainError(name),
        NameRule.Label => LabelError(name),
        NameRule.ServiceLabel => ServiceLabelError(name),
        _ => PathSegmentError(name),
    };

    public static string? SubdomainError(string name) =>
        name.Length > 253 ? TooLong(253)
        : Subdomain().IsMatch(name) ? null
        : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
            "alphanumeric character (e.g. 'example.com', regex used for validation is " +
            @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    public static string? WildcardSubdomainError(string name) =>
        name.Length > 253 ? TooLong(253)
        : name.StartsWith("*.", StringComparison.Ordinal) && Subdomain().IsMatch(name.AsSpan(2)) ? null
        : "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case " +
            "alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is " +
            @"'\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    public static string? LabelError(string name) =>
        name.Length > 63 ? TooLong(63)
        : Label().IsMatch(name) ? null
        : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
            "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    public static string? ServiceLabelError(string name) =>
        name.Length > 63 ? TooLong(63)
        : ServiceLabel().IsMatch(name) ? null
        : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an " +
            "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    public static string? PathSegmentError(string name) => name switch
    {
        "." or ".." => $"may not be '{name}'",
        _ when name.Contains('/', StringComparison.Ordinal) => "may not contain '/'",
        _ when name.Contains('%', StringComparison.Ordinal) => "may not contain '%'",
        _ => null,
    };

    /// <summary>Keys of ConfigMap and Secret data: they become file names.</summary>
    public static string? DataKeyError(string key) =>
        key.Length > 253 ? TooLong(253)
        : key is "." ? "must not be '.'"
        : key.StartsWith("..", StringComparison.Ordinal) ? key.Length == 2 ? "must not be '..'" : "must not start with '..'"
        : DataKey().IsMatch(key) ? null
        : "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', " +
            "regex used for validation is '[-._a-zA-Z0-9]+')";

    /// <summary>Names of container ports (RFC 6335 service names).</summary>
    public static IEnumerable<string> PortNameErrors(string name)
    {
        if (name.Length > 15)
        {
            yield return "must be no more than 15 characters";
        }

        if (!PortCharacters().IsMatch(name))
        {
            yield return "must contain only alphanumeric characters (a-z, 0-9), and hyphens ('-')";
        }

        if (!name.Any(char.IsAsciiLetterLower))
        {
            yield return "must contain at least one letter (a-z)";
        }

        if (name.Contains("--", StringComparison.Ordinal))
        {
            yield return "must not contain consecutive hyphens";
        }

        if (name.StartsWith('-') || name.EndsWith('-'))
        {
            yield return "must not begin or end with a hyphen";
        }
    }

    /// <summary>Names of environment variables, relaxed as in Kubernetes 1.32: printable ASCII without <c>=</c>.</summary>
    public static string? EnvironmentNameError(string name) =>
        name.Length > 0 && name.All(c => c is >= ' ' and <= '~' and not '=') ? null
        : "a valid environment variable name must consist only of printable ASCII characters other than '='";

    private static string TooLong(int bytes) => $"must be no more than {bytes} bytes";

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex ServiceLabel();

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex DataKey();

    [GeneratedRegex(@"\A[-a-z0-9]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex PortCharacters();
}

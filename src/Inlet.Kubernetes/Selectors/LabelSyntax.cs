using System.Text.RegularExpressions;

namespace Inlet.Kubernetes;

/// <summary>
/// What a label key and a label value may look like (Kubernetes documentation, "Labels and Selectors: Syntax and character
/// set"). Each method returns null for a valid text, else the reason in Kubernetes' words.
/// </summary>
public static partial class LabelSyntax
{
    private const string NamePart =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string PrefixPart =
        "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
        "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
        @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Value =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>A qualified name: an optional DNS subdomain and <c>/</c>, then up to 63 characters. Annotation keys follow the same rule.</summary>
    public static string? KeyError(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (key.IndexOf('/', slash + 1) >= 0)
            {
                return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
                    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
                    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            }

            if (slash == 0)
            {
                return "prefix part must be non-empty";
            }

            if (slash > 253)
            {
                return "prefix part must be no more than 253 bytes";
            }

            if (!Subdomain().IsMatch(key.AsSpan(0, slash)))
            {
                return PrefixPart;
            }
        }

        var name = key.AsSpan(slash + 1);
        if (name.Length == 0)
        {
            return "name part must be non-empty";
        }

        if (name.Length > 63)
        {
            return "name part must be no more than 63 bytes";
        }

        return Name().IsMatch(name) ? null : NamePart;
    }

    public static string? ValueError(string value)
    {
        if (value.Length > 63)
        {
            return "must be no more than 63 bytes";
        }

        return value.Length == 0 || Name().IsMatch(value) ? null : Value;
    }

    [GeneratedRegex(@"\A([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();
}

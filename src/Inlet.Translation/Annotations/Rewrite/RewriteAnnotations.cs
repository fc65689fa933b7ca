using System.Buffers;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Paths as regular expressions, and what an endpoint gets in their place (reference/ingress-annotations §1).</summary>
internal static class RewriteAnnotations
{
    private static readonly SearchValues<char> OfTarget =
        SearchValues.Create("-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~$");

    private static readonly SearchValues<char> OfExpressions = SearchValues.Create("()[]{}*+?|^$\\");

    private static readonly AnnotationSpec Target = new(
        "rewrite-target", "path with $1 to $9", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "The path that endpoints get in place of the request's; $1 to $9 stand for what the groups of the path captured.");

    private static readonly AnnotationSpec UseRegex = new(
        "use-regex", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Paths of the Ingress that hold characters of regular expressions are regular expressions.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Target, UseRegex];

    public static bool ParseUseRegex(AnnotationReader reader) => reader.Boolean(UseRegex) ?? false;

    /// <returns>The template as written and what it means; null without one.</returns>
    public static (string Text, RewritePolicy Policy)? Parse(AnnotationReader reader)
    {
        return Template(reader, Target);
    }

    /// <summary>A path with <c>$1</c> to <c>$9</c>: the text as written, and its parts. Null when missing or invalid.</summary>
    public static (string Text, RewritePolicy Policy)? Template(AnnotationReader reader, AnnotationSpec spec)
    {
        if (reader.Text(spec) is not { } text)
        {
            return null;
        }

        if (text.AsSpan().ContainsAnyExcept(OfTarget))
        {
            reader.Invalid(spec, text, "it may hold letters, digits and the characters - . _ ~ / : $ only");
            return null;
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            reader.Invalid(spec, text, $"it has to be a path; {AnnotationSpec.Prefix}temporal-redirect redirects to a URL");
            return null;
        }

        if (Parts(text) is not { } parts)
        {
            reader.Invalid(spec, text, "a $ has to be followed by the number of a group, 1 to 9");
            return null;
        }

        return (text, new RewritePolicy(parts.ToEquatableArray()));
    }

    /// <summary>Whether a path is a regular expression, in an Ingress that asks for them by either annotation.</summary>
    public static bool IsExpression(string path) => path.AsSpan().ContainsAny(OfExpressions);

    private static List<RewritePart>? Parts(string text)
    {
        var parts = new List<RewritePart>();
        // The first slash is there in any case; behind it a second one would only be merged away.
        for (var at = text[0] == '/' ? 1 : 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                var end = text.IndexOf('$', at);
                end = end < 0 ? text.Length : end;
                parts.Add(new RewritePart(text[at..end]));
                at = end;
            }
            else if (at + 1 < text.Length && text[at + 1] is >= '1' and <= '9')
            {
                parts.Add(new RewritePart("", text[at + 1] - '0'));
                at += 2;
            }
            else
            {
                return null;
            }
        }

        return parts;
    }
}

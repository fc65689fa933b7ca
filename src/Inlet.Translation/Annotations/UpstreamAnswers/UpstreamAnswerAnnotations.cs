using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What clients get to see of an endpoint's cookies and redirects (reference/ingress-annotations §8).</summary>
internal static class UpstreamAnswerAnnotations
{
    private static readonly AnnotationSpec CookieDomain = Spec("proxy-cookie-domain", "off, or a domain and what stands in its place",
        "Cookies that endpoints set for the first domain are set for the second.");

    private static readonly AnnotationSpec CookiePath = Spec("proxy-cookie-path", "off, or a path and what stands in its place",
        "Cookies that endpoints set for paths that begin with the first are set for paths that begin with the second.");

    private static readonly AnnotationSpec RedirectFrom = Spec("proxy-redirect-from", "off, default, or the beginning of a URL",
        "The beginning of Location and Refresh of endpoints in whose place proxy-redirect-to stands.");

    private static readonly AnnotationSpec RedirectTo = Spec("proxy-redirect-to", "off, or the beginning of a URL", "What stands in place of proxy-redirect-from.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [CookieDomain, CookiePath, RedirectFrom, RedirectTo];

    /// <returns>Null when nothing is changed.</returns>
    public static AnswerRewritePolicy? Parse(AnnotationReader reader)
    {
        var policy = new AnswerRewritePolicy
        {
            CookieDomain = ReadPair(reader, CookieDomain),
            CookiePath = ReadPair(reader, CookiePath),
            Redirect = ReadRedirect(reader),
        };
        return policy == new AnswerRewritePolicy() ? null : policy;
    }

    private static TextReplacement? ReadPair(AnnotationReader reader, AnnotationSpec spec)
    {
        var text = reader.Text(spec);
        if (text is null or "off")
        {
            return null;
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 2 && words.All(IsPlain))
        {
            return new TextReplacement(words[0], words[1]);
        }

        reader.Invalid(spec, text, "it has to be off, or two words of letters, digits and - . _ ~ / :");
        return null;
    }

    private static TextReplacement? ReadRedirect(AnnotationReader reader)
    {
        var from = Beginning(reader, RedirectFrom);
        var to = Beginning(reader, RedirectTo);
        if (from is null or "off" or "default")
        {
            reader.WithoutEffect(RedirectTo, $"without a beginning of a URL in {RedirectFrom.Key}");
            return null;
        }

        if (to is null or "off")
        {
            reader.WithoutEffect(RedirectFrom, $"without {RedirectTo.Key}");
            return null;
        }

        return new TextReplacement(from, to);
    }

    private static string? Beginning(AnnotationReader reader, AnnotationSpec spec)
    {
        var text = reader.Url(spec);
        if (text is null || !text.AsSpan().ContainsAny(';', ','))
        {
            return text;
        }

        reader.Invalid(spec, text, "it has to be off, or the beginning of a URL");
        return null;
    }

    private static bool IsPlain(string word) => word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '/' or ':');

    private static AnnotationSpec Spec(string name, string grammar, string summary) =>
        new(name, grammar, "off", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default, summary);
}

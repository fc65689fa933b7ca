namespace Inlet.Local.Node.Images;

/// <summary>
/// An image as manifests name it, in full: <c>nginx</c> is <c>docker.io/library/nginx</c> (the distribution project's rules for
/// familiar names).
/// </summary>
/// <param name="Repository">With its registry.</param>
/// <param name="Tag">Empty when none was given.</param>
/// <param name="Digest">With its algorithm: <c>sha256:…</c>; empty when none was given.</param>
internal readonly record struct ImageReference(string Repository, string Tag, string Digest)
{
    private const string DefaultRegistry = "docker.io";

    /// <summary>Null when the text is no reference.</summary>
    public static ImageReference? TryParse(string text)
    {
        var digest = "";
        if (text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            (text, digest) = (text[..at], text[(at + 1)..]);
        }

        var tag = "";
        // A colon before the last slash belongs to the registry's port.
        if (text.LastIndexOf(':') is >= 0 and var colon && colon > text.LastIndexOf('/'))
        {
            (text, tag) = (text[..colon], text[(colon + 1)..]);
            if (tag.Length == 0)
            {
                return null;
            }
        }

        return text.Length > 0 && text.Split('/').All(static part => part.Length > 0) && !text.Any(static c => char.IsWhiteSpace(c) || char.IsAsciiLetterUpper(c))
            ? new ImageReference(InFull(text), tag, digest)
            : null;
    }

    /// <summary>The registry's host, with its port when it has one.</summary>
    public string Registry => Repository[..Repository.IndexOf('/', StringComparison.Ordinal)];

    private static string InFull(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var hasRegistry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        return hasRegistry ? name : slash < 0 ? $"{DefaultRegistry}/library/{name}" : $"{DefaultRegistry}/{name}";
    }
}

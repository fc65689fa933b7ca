namespace Inlet.Model;

/// <summary>What of an endpoint's own idea of its name and place clients get to see otherwise.</summary>
public sealed record AnswerRewritePolicy
{
    /// <summary>Of a cookie's Domain: the whole of it, without case and leading dot.</summary>
    public TextReplacement? CookieDomain { get; init; }

    /// <summary>Of a cookie's Path: its beginning.</summary>
    public TextReplacement? CookiePath { get; init; }

    /// <summary>Of Location, and of the URL in Refresh: its beginning.</summary>
    public TextReplacement? Redirect { get; init; }
}

/// <summary>Neither holds a control character, <c>;</c> or <c>,</c>.</summary>
public sealed record TextReplacement(string From, string To);

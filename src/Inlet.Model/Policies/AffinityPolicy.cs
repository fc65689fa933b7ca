namespace Inlet.Model;

/// <summary>
/// A client comes back to the endpoint it met first, by a cookie. The cookie names backend and endpoint without saying which they are;
/// one that names neither of the route's is as good as none.
/// </summary>
/// <param name="CookieName">An RFC 9110 token.</param>
public sealed record AffinityPolicy(string CookieName)
{
    /// <summary>The endpoint stays for as long as it exists, or serves while it drains; otherwise some clients move when endpoints come.</summary>
    public bool Persistent { get; init; }

    /// <summary>A request that fails is tried elsewhere, and the client stays there; otherwise it is tried at its own endpoint again.</summary>
    public bool ChangeOnFailure { get; init; }

    /// <summary>Null: the route's path.</summary>
    public string? Path { get; init; }

    public string? Domain { get; init; }

    /// <summary>Seconds; null sends none.</summary>
    public int? MaxAge { get; init; }

    /// <summary>Seconds from the answer on; null sends none.</summary>
    public int? Expires { get; init; }

    /// <summary><c>None</c>, <c>Lax</c> or <c>Strict</c>, as it is sent; null sends none.</summary>
    public string? SameSite { get; init; }

    /// <summary>SameSite=None is left out for browsers that take it for Strict.</summary>
    public bool ConditionalSameSiteNone { get; init; }

    /// <summary>Also over plain HTTP; over HTTPS the cookie is always Secure.</summary>
    public bool Secure { get; init; }
}

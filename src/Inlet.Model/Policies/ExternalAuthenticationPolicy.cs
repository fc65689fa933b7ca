namespace Inlet.Model;

/// <summary>
/// A service that is asked about each request of a route, with the request's head and no body. 2xx lets it pass, 401 and 403 are
/// passed on, everything else, no answer included, is 500.
/// </summary>
/// <param name="Source">The Ingress, for logs.</param>
/// <param name="Url">An absolute http or https URL.</param>
public sealed record ExternalAuthenticationPolicy(ObjectReference Source, ValueTemplate Url)
{
    /// <summary>The method the service is asked with; null: GET, and the service is not told X-Original-URI and X-Scheme.</summary>
    public string? Method { get; init; }

    /// <summary>Where a request that the service answers with 401 is redirected; null: 401.</summary>
    public ValueTemplate? SignIn { get; init; }

    /// <summary>The parameter of <see cref="SignIn"/> that says where to come back to.</summary>
    public string SignInRedirectParameter { get; init; } = "rd";

    /// <summary>The query of <see cref="SignIn"/> has the parameter already.</summary>
    public bool SignInHasRedirect { get; init; }

    /// <summary>Fields of the service's answer that endpoints get in place of the client's own.</summary>
    public EquatableArray<string> AnswerFields { get; init; }

    /// <summary>Fields the service gets besides the client's.</summary>
    public EquatableArray<HeaderField> RequestFields { get; init; }

    /// <summary>X-Auth-Request-Redirect; null: the request's path and query.</summary>
    public string? RequestRedirect { get; init; }

    /// <summary>Cookies that the service sets reach the client whatever the endpoint's status, not only with good ones.</summary>
    public bool AlwaysSetCookie { get; init; }

    /// <summary>Requests for which it says the same may share the service's answer; null: each request is asked about.</summary>
    public ValueTemplate? CacheKey { get; init; }

    /// <summary>How long an answer of a status is kept; the first that fits counts, statuses that are not named are not kept.</summary>
    public EquatableArray<CachedStatus> CacheFor { get; init; }
}

/// <param name="Status">0: every one.</param>
public sealed record CachedStatus(int Status, TimeSpan For);

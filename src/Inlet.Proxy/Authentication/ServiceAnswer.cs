namespace Inlet.Proxy;

/// <summary>What an external service said about a request, kept for others like it where the route asks for that.</summary>
internal sealed class ServiceAnswer
{
    public required int Status { get; init; }

    /// <summary>Field lines for the endpoint.</summary>
    public required byte[] EndpointFields { get; init; }

    /// <summary>Set-Cookie lines for the client.</summary>
    public required byte[] Cookies { get; init; }

    /// <summary>WWW-Authenticate lines for the client.</summary>
    public required byte[] Challenges { get; init; }

    /// <summary>2xx passes; a status that says neither yes nor no means that nobody knows.</summary>
    public Failure Verdict => Status switch
    {
        >= 200 and < 300 => Failure.None,
        401 => Failure.NotAuthenticated,
        403 => Failure.Forbidden,
        _ => Failure.AuthenticationUnavailable,
    };
}

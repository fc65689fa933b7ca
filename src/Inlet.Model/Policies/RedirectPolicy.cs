namespace Inlet.Model;

/// <summary>A route's requests are answered with a redirect; no endpoint sees them.</summary>
/// <param name="Status">300 … 308.</param>
/// <param name="Location">
/// A URL, sent as it is; a path from <c>/</c> on, to which the request's scheme and Host are added; or, with <see cref="KeepTarget"/>, a host.
/// </param>
public sealed record RedirectPolicy(int Status, string Location)
{
    /// <summary>The request's own scheme, port, path and query are kept; only its host is another.</summary>
    public bool KeepTarget { get; init; }

    /// <summary>A path is sent as it is, without scheme and Host.</summary>
    public bool Relative { get; init; }

    /// <summary>The request's query follows <see cref="Location"/>, which has none.</summary>
    public bool KeepQuery { get; init; }
}

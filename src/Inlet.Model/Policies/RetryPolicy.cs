namespace Inlet.Model;

/// <summary>What makes a request that was sent go to another endpoint.</summary>
[Flags]
public enum RetryOn
{
    None = 0,

    /// <summary>The connection ended before an answer.</summary>
    Error = 1,

    /// <summary>No answer in time.</summary>
    Timeout = 2,

    /// <summary>An answer that is no HTTP.</summary>
    InvalidAnswer = 4,
    Http500 = 8,
    Http502 = 16,
    Http503 = 32,
    Http504 = 64,
    Http403 = 128,
    Http404 = 256,
    Http429 = 512,
}

/// <summary>
/// When a request is tried on another endpoint. One of which no byte was sent is always tried elsewhere, within
/// <see cref="MaxTries"/>; one that was sent, only for the reasons named, only while nothing of an answer went to the client, only
/// if all of it that was sent is still at hand (its body came with its head), and within a budget of a fifth of the backend's requests.
/// </summary>
public sealed record RetryPolicy(RetryOn On)
{
    public static RetryPolicy Default { get; } = new(RetryOn.Error);

    /// <summary>Endpoints tried for one request, the first included; 1 tries no other, at least 1.</summary>
    public int MaxTries { get; init; } = 3;

    /// <summary>No further try after this long; null: no limit.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Also requests that may have an effect each time they are sent (POST, PATCH, unknown methods).</summary>
    public bool NonIdempotent { get; init; }
}

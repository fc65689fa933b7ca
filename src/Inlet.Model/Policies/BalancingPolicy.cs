namespace Inlet.Model;

/// <summary>How a backend's endpoint is chosen for a request.</summary>
public enum BalancingMethod
{
    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>Of two taken at random, the one with fewer requests under way.</summary>
    LeastRequest,

    /// <summary>Of two taken at random, the one whose moving average of answer times, times its requests under way, is lower.</summary>
    Ewma,

    /// <summary>The same key always meets the same endpoint; a change of endpoints moves only the keys it must.</summary>
    ConsistentHash,
}

/// <summary>What <see cref="BalancingMethod.ConsistentHash"/> goes by.</summary>
public enum HashSource
{
    ClientAddress,
    Host,

    /// <summary>The path as matched, without the query.</summary>
    Path,

    /// <summary>Path and query as sent.</summary>
    Target,

    /// <summary>A header's value; requests without it share one key.</summary>
    Header,

    /// <summary>A cookie's value; requests without it share one key.</summary>
    Cookie,

    /// <summary>A text of several of these.</summary>
    Text,
}

/// <param name="Name">Of the header or cookie; empty otherwise.</param>
public sealed record HashKey(HashSource Source, string Name = "")
{
    /// <summary>For <see cref="HashSource.Text"/>.</summary>
    public ValueTemplate? Text { get; init; }
}

/// <param name="Method">How one of the endpoints that may be used is chosen.</param>
public sealed record BalancingPolicy(BalancingMethod Method)
{
    public static BalancingPolicy Default { get; } = new(BalancingMethod.RoundRobin);

    /// <summary>For <see cref="BalancingMethod.ConsistentHash"/> only; null hashes the client's address.</summary>
    public HashKey? HashBy { get; init; }

    /// <summary>For <see cref="BalancingMethod.ConsistentHash"/>: a key meets this many endpoints at random. At least 1.</summary>
    public int HashSubset { get; init; } = 1;

    /// <summary>
    /// How long an endpoint that is new, or back from being ejected, gets less than its share, rising from a tenth. Zero: none.
    /// Not with <see cref="BalancingMethod.ConsistentHash"/>, whose keys do not move for it.
    /// </summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>
    /// Requests under way at one endpoint from this process, at most; where all endpoints have that many, 503. Kept to within one
    /// per event loop. Null: no limit.
    /// </summary>
    public int? MaxRequestsPerEndpoint { get; init; }
}

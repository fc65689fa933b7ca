using System.Net;

namespace Inlet.Model;

/// <summary>What one client address may ask of all routes that share a zone, in this process. 0: no limit of the kind.</summary>
/// <param name="Zone">Routes with the same zone count together: the Ingress they come from.</param>
public sealed record RateLimitPolicy(string Zone)
{
    /// <summary>Requests under way at the same time.</summary>
    public int Connections { get; init; }

    public int RequestsPerSecond { get; init; }

    public int RequestsPerMinute { get; init; }

    /// <summary>A client that was quiet may send this many times a second's (or minute's) requests at once, and one more.</summary>
    public int BurstMultiplier { get; init; } = 5;

    /// <summary>Addresses without limits.</summary>
    public EquatableArray<IPNetwork> Exempt { get; init; }

    /// <summary>The status of what is over a rate.</summary>
    public int RateStatus { get; init; } = 503;

    /// <summary>The status of what is over <see cref="Connections"/>.</summary>
    public int ConnectionStatus { get; init; } = 503;

    public bool LimitsNothing => Connections <= 0 && RequestsPerSecond <= 0 && RequestsPerMinute <= 0;
}

/// <summary>How fast one answer's body goes to the client.</summary>
/// <param name="BytesPerSecond">Above 0.</param>
/// <param name="After">Bytes that go as fast as they can first.</param>
public sealed record BandwidthPolicy(long BytesPerSecond, long After);

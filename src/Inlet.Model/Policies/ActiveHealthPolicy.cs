namespace Inlet.Model;

/// <summary>
/// Endpoints of a route are asked whether they are well, one GET each in every interval from this process. One that is not is
/// left out, unless all are.
/// </summary>
/// <param name="Path">Path and query of the GET, from <c>/</c> on.</param>
public sealed record ActiveHealthPolicy(string Path)
{
    /// <summary>The Host sent; null sends the endpoint's address.</summary>
    public string? Host { get; init; }

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer's head must be there by then.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Good answers in a row that bring an endpoint back; at least 1.</summary>
    public int HealthyAfter { get; init; } = 2;

    /// <summary>Bad or missing answers in a row that leave it out; at least 1.</summary>
    public int UnhealthyAfter { get; init; } = 3;

    /// <summary>The lowest status that is good.</summary>
    public int LowestStatus { get; init; } = 200;

    /// <summary>The highest status that is good.</summary>
    public int HighestStatus { get; init; } = 399;
}

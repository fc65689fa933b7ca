namespace Inlet.Bench.Results;

/// <summary>One measurement: a row of a case in one round.</summary>
internal sealed record Sample
{
    public required string Row { get; init; }

    public required int Round { get; init; }

    /// <summary>What the case compares, in its own unit; smaller is better.</summary>
    public required double Value { get; init; }

    public required long Requests { get; init; }

    /// <summary>Of load; null where there is none while measuring.</summary>
    public double? Seconds { get; init; }

    public required double CpuSeconds { get; init; }

    public required long RssBytes { get; init; }

    /// <summary>By percentile, where the load measures it.</summary>
    public IReadOnlyDictionary<string, double>? LatencyMicroseconds { get; init; }

    /// <summary>Between the busiest and the idlest event loop, as a share of their mean CPU time, where there are several.</summary>
    public double? LoopSpread { get; init; }

    /// <summary>Share of a core that others used meanwhile.</summary>
    public double Disturbance { get; init; }
}

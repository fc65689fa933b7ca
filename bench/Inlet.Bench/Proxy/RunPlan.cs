using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy;

/// <summary>How long and how often to measure.</summary>
internal sealed record RunPlan
{
    public required int Rounds { get; init; }

    /// <summary>Of load in one measurement.</summary>
    public required double Seconds { get; init; }

    public required RoundLock Lock { get; init; }

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Until hot code is compiled with what its profile taught; below 10 s it is not.</summary>
    public TimeSpan JitWarmUp { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A measurement during which others used more of a core than this is repeated, <see cref="MaxTries"/> times at most.</summary>
    public double MaxDisturbance { get; init; } = 0.08;

    public int MaxTries { get; init; } = 3;

    /// <summary>Added to every result, e.g. that the machine was shared.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

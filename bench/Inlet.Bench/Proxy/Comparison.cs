using Inlet.Bench.Results;

namespace Inlet.Bench.Proxy;

/// <summary>
/// A case: rows measured side by side. All run at the same time, idle but for the one whose turn it is, and each round
/// measures every row once in another order, so that slow changes of the machine hit all rows alike.
/// </summary>
internal sealed record Comparison
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Unit { get; init; }

    /// <summary>From CPU seconds of the proxy and what the load saw to the compared value.</summary>
    public required Func<double, Load.LoadResult, double> Value { get; init; }

    public required string Baseline { get; init; }

    public required IReadOnlyList<Contender> Contenders { get; init; }

    public IReadOnlyList<Budget> Budgets { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    public string ProbeTarget { get; init; } = PeerSetup.SmallTarget;

    public long ProbeBytes { get; init; } = 1024;

    public static double CpuSecondsPer100K(double cpuSeconds, Load.LoadResult load) => cpuSeconds / load.Requests * 100_000;

    public static double CpuSecondsPerGigabyte(double cpuSeconds, Load.LoadResult load) => cpuSeconds / load.Bytes * 1e9;

    public static double P99Microseconds(double cpuSeconds, Load.LoadResult load) => load.LatencyMicroseconds!["p99"];
}

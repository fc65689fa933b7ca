namespace Inlet.Proxy;

/// <summary>Counts durations by size. Written by one loop, read by scrapes; see <see cref="LoopCounters"/>.</summary>
internal sealed class DurationHistogram
{
    /// <summary>Upper bounds; the last bucket has none.</summary>
    public static readonly double[] BoundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly long[] BoundsMicroseconds = Array.ConvertAll(BoundsSeconds, static seconds => (long)(seconds * 1_000_000));

    public readonly long[] Counts = new long[BoundsSeconds.Length + 1];
    public long SumMicroseconds;

    public void Observe(long microseconds)
    {
        var bucket = 0;
        var bounds = BoundsMicroseconds;
        // From below: most answers are quick.
        while (bucket < bounds.Length && microseconds > bounds[bucket])
        {
            bucket++;
        }

        Counts[bucket]++;
        SumMicroseconds += microseconds;
    }
}

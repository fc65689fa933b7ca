using System.Diagnostics;

namespace Inlet.Bench.Machine;

/// <summary>Waits for what a measured program does, and says how long it took.</summary>
internal static class Waiting
{
    /// <param name="pause">Between two looks; zero looks without rest, for what takes milliseconds.</param>
    /// <exception cref="BenchException">It did not happen in time; <paramref name="what"/> names it.</exception>
    public static TimeSpan Until(string what, TimeSpan limit, TimeSpan pause, Func<bool> happened)
    {
        var started = Stopwatch.GetTimestamp();
        while (!happened())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new BenchException($"{what} did not happen within {limit.TotalSeconds:F0} s");
            }

            if (pause > TimeSpan.Zero)
            {
                Thread.Sleep(pause);
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Inlet.Bench.Machine;

/// <summary>
/// How much of a core others used while we measured: processes that are not ours, and other guests of the same host
/// (steal). A measurement beside a compiler says more of the compiler's cache misses than of the proxy.
/// </summary>
internal sealed class Disturbance
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly double _foreign = ForeignSeconds();

    /// <returns>Of one core, since this was made; 0 is a quiet machine.</returns>
    public double Share() => Math.Max(0, ForeignSeconds() - _foreign) / Stopwatch.GetElapsedTime(_started).TotalSeconds;

    private static double ForeignSeconds()
    {
        // proc(5): user nice system idle iowait irq softirq steal, in hundredths of a second.
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static field => double.Parse(field, CultureInfo.InvariantCulture) / 100).ToArray();
        var busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7];
        return busy - ProcessTree.CpuSecondsEver(Environment.ProcessId);
    }
}

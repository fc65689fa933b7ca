using System.Globalization;

namespace Inlet.Local.Node.Usage;

/// <summary>What the machine has used since it started (proc_stat(5), proc_meminfo(5)).</summary>
internal readonly record struct MachineCounters(double CpuSeconds, long MemoryBytes, TimeSpan Uptime)
{
    /// <summary>The kernel counts processor time in hundredths of a second, whatever its own clock (USER_HZ).</summary>
    public const double TicksPerSecond = 100;

    public static MachineCounters Read()
    {
        // cpu user nice system idle iowait irq softirq steal: all but the fourth and fifth are work.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToList();
        var busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + (ticks.Count > 7 ? ticks[7] : 0);
        return new(busy / TicksPerSecond, Memory("MemTotal:") - Memory("MemAvailable:"), SinceStart());
    }

    private static TimeSpan SinceStart() =>
        TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    private static long Memory(string name)
    {
        const long Kibibyte = 1024;
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * Kibibyte;
    }
}

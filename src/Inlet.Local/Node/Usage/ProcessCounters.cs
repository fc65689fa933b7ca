using System.Globalization;

namespace Inlet.Local.Node.Usage;

/// <summary>What one process and its ended children have used (proc_pid_stat(5)).</summary>
internal readonly record struct ProcessCounters(double CpuSeconds, long MemoryBytes, TimeSpan Age)
{
    /// <returns>Null when it has ended.</returns>
    public static ProcessCounters? Read(int pid, TimeSpan uptime)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            // Counted from behind the name, which may hold anything: utime is field 14, cutime 16, starttime 22, rss 24.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double Number(int field) => double.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            var cpu = (Number(14) + Number(15) + Number(16) + Number(17)) / MachineCounters.TicksPerSecond;
            return new(cpu, (long)Number(24) * Environment.SystemPageSize, uptime - TimeSpan.FromSeconds(Number(22) / MachineCounters.TicksPerSecond));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

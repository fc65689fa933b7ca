using System.Diagnostics;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Local;

/// <summary>What Inlet uses while nobody asks anything of it. The application's own processes are not Inlet's.</summary>
internal readonly record struct IdleCost(long RssBytes, long PssBytes, double CpuShare)
{
    private const double CalmShare = 0.02;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Waits for the JIT compiler to have finished what the start gave it to do, which takes up to a minute: that is work of
    /// the start, not of being idle. Without calm it goes on after a while, and the measurement tells.
    /// </summary>
    /// <returns>How long it took.</returns>
    public static TimeSpan WaitForCalm(int root)
    {
        var started = Stopwatch.GetTimestamp();
        double share;
        do
        {
            var cpu = ProcessTree.CpuSeconds(root);
            Thread.Sleep(Look);
            share = (ProcessTree.CpuSeconds(root) - cpu) / Look.TotalSeconds;
        }
        while (share > CalmShare && Stopwatch.GetElapsedTime(started) < LongestWait);
        return Stopwatch.GetElapsedTime(started);
    }

    public static IdleCost Measure(int root, TimeSpan time)
    {
        var own = ProcessTree.Of(root).Where(static id => !IsApplication(id)).ToList();
        var cpu = Cpu(own);
        Thread.Sleep(time);
        return new IdleCost(own.Sum(ProcessTree.RssBytesOf), own.Sum(ProcessTree.PssBytesOf), (Cpu(own) - cpu) / time.TotalSeconds);
    }

    private static double Cpu(List<int> processes) => processes.Sum(ProcessTree.CpuSecondsOf);

    private static bool IsApplication(int process) => ProcessTree.CommandLine(process) is [_, "demo", ..];
}

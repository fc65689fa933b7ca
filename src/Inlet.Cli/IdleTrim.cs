namespace Inlet.Cli;

/// <summary>
/// Gives memory back to the system once the process has nothing to do. A burst (a start, a large apply, a storm of pods) leaves
/// garbage that the collector would keep until the next burst, and freed pages that malloc keeps for ever; whoever runs Inlet on a
/// small machine pays for both day and night. Nothing happens while there is work: a collection stops every thread.
/// </summary>
internal sealed class IdleTrim : IAsyncDisposable
{
    private const double IdleShare = 0.03;
    private const long WorthwhileBytes = 2 * 1024 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public IdleTrim(TimeProvider time) => _run = RunAsync(time, _stop.Token);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static async Task RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look, time);
        var used = Environment.CpuUsage.TotalTime;
        long allocatedAtTrim = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Environment.CpuUsage.TotalTime;
                var isIdle = now - used < Look * IdleShare;
                used = now;
                // What idling itself allocates must not add up to a collection every few ticks: that would be work of its own.
                if (isIdle && GC.GetTotalAllocatedBytes() - allocatedAtTrim >= WorthwhileBytes)
                {
                    Trim();
                    allocatedAtTrim = GC.GetTotalAllocatedBytes();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }
}

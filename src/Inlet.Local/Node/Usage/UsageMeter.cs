using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Usage;

/// <summary>Makes rates of counters: remembers what each container had used, and when.</summary>
internal sealed class UsageMeter(IContainerRuntime runtime, TimeProvider time) : IDisposable
{
    /// <summary>Two measurements closer together say more about the scheduler than about the load.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromSeconds(1);

    // Guards everything below: several clients may ask at once.
    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<ContainerId, double> _before = [];
    private double _nodeBefore;
    private DateTimeOffset? _beforeAt;
    private NodeUsage? _latest;

    public async Task<NodeUsage> MeasureAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            return _latest is not null && now - _beforeAt < ShortestWindow ? _latest : _latest = await MeasureAsync(now);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<NodeUsage> MeasureAsync(DateTimeOffset now)
    {
        var counters = await runtime.MeasureAsync();
        var machine = MachineCounters.Read();
        var sinceBoot = machine.Uptime;
        var window = _beforeAt is { } at ? now - at : sinceBoot;
        var containers = counters
            .Select(c => new ContainerUsage(c.Id.PodUid, c.Id.Container, new(Cores(c, window), c.MemoryBytes)))
            .ToList();
        var node = new ResourceUsage(Math.Max(0, machine.CpuSeconds - _nodeBefore) / window.TotalSeconds, machine.MemoryBytes);
        _before = counters.ToDictionary(c => c.Id, c => c.CpuSeconds);
        (_nodeBefore, _beforeAt) = (machine.CpuSeconds, now);
        return new(now, window, node, containers);
    }

    /// <summary>A container that was not there before, or lost a process since, has no earlier value: its own age is the window.</summary>
    private double Cores(ContainerCounters now, TimeSpan window) => _before.TryGetValue(now.Id, out var before) && before <= now.CpuSeconds
        ? (now.CpuSeconds - before) / window.TotalSeconds
        : now.CpuSeconds / Math.Max(now.Age.TotalSeconds, 0.1);
}

namespace Inlet.Local.Node;

/// <summary>What pods and their machine use, for <c>kubectl top</c>.</summary>
public interface IPodUsage
{
    /// <summary>Processor time counts from the measurement before this one, or from a process' start.</summary>
    Task<NodeUsage> MeasureAsync(CancellationToken cancellationToken);
}

/// <param name="Cores">Processor time per time: 1 is one core all the time.</param>
public readonly record struct ResourceUsage(double Cores, long MemoryBytes);

public sealed record ContainerUsage(string PodUid, string Container, ResourceUsage Usage);

/// <param name="Window">Time that <see cref="ResourceUsage.Cores"/> is the mean of.</param>
/// <param name="Node">Of the whole machine, other programs included.</param>
public sealed record NodeUsage(DateTimeOffset Taken, TimeSpan Window, ResourceUsage Node, IReadOnlyList<ContainerUsage> Containers);

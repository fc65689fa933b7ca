using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Usage;

/// <summary>What a container has used so far.</summary>
/// <param name="Age">Of its oldest process.</param>
internal sealed record ContainerCounters(ContainerId Id, double CpuSeconds, long MemoryBytes, TimeSpan Age);

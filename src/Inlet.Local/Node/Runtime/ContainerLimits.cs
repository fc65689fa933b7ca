namespace Inlet.Local.Node.Runtime;

/// <summary>What the kernel is to hold a container to.</summary>
/// <param name="MemoryBytes">Null for no limit.</param>
/// <param name="CpuMillis">Thousandths of a core it may use at most; null for no limit.</param>
/// <param name="CpuRequestMillis">Its weight against the others when all want more than there is; null for the least.</param>
internal sealed record ContainerLimits(long? MemoryBytes, long? CpuMillis, long? CpuRequestMillis)
{
    public bool HasAny => MemoryBytes is not null || CpuMillis is not null || CpuRequestMillis is not null;
}

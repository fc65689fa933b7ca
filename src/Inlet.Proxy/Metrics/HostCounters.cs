namespace Inlet.Proxy;

/// <summary>What one loop counts for one configured host; see <see cref="LoopCounters"/> for who may touch it.</summary>
internal sealed class HostCounters
{
    /// <summary>By the first digit of the status; index 0 is unused.</summary>
    public readonly long[] RequestsByClass = new long[6];

    public readonly DurationHistogram Duration = new();
    public long BytesReceived;
    public long BytesSent;
}

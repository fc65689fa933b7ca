namespace Inlet.Proxy;

/// <summary>
/// Buffers of one loop for what could not be sent or parsed yet. Pinned, because system calls read and write them; two
/// sizes, because most leftovers are a partial head. Not thread-safe: the loop's own.
/// </summary>
internal sealed class BufferPool
{
    public const int SmallBytes = 4 * 1024;
    public const int LargeBytes = 128 * 1024;

    private const int MaxKept = 256;

    private readonly Stack<byte[]> _small = new(MaxKept);
    private readonly Stack<byte[]> _large = new(MaxKept);

    public static byte[] AllocatePinned(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public byte[] Rent(int atLeast)
    {
        var (kept, size) = atLeast <= SmallBytes ? (_small, SmallBytes) : (_large, LargeBytes);
        return atLeast > LargeBytes
            ? throw new InvalidOperationException($"A loop asked for a buffer of {atLeast} bytes.")
            : kept.TryPop(out var buffer) ? buffer : AllocatePinned(size);
    }

    public void Return(byte[] buffer)
    {
        var kept = buffer.Length == SmallBytes ? _small : _large;
        if (kept.Count < MaxKept)
        {
            kept.Push(buffer);
        }
    }
}

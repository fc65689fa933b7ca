using System.Buffers.Text;

namespace Inlet.Proxy;

/// <summary>
/// One loop's source of ids for requests and traces (splitmix64, seeded at random): unique enough to find a request by, and no
/// secret. Each number is its own: nothing of one id is found in the next.
/// </summary>
internal sealed class IdSource
{
    private ulong _seed = (ulong)Random.Shared.NextInt64() << 1;

    /// <summary>Never 0, which means no id in a trace.</summary>
    public ulong Next()
    {
        _seed += 0x9e37_79b9_7f4a_7c15;
        var mixed = (_seed ^ (_seed >> 30)) * 0xbf58_476d_1ce4_e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0_49bb_1331_11eb;
        mixed ^= mixed >> 31;
        return mixed == 0 ? 1 : mixed;
    }

    /// <summary>In 0 … 1, 1 excluded.</summary>
    public double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <param name="destination">32 bytes.</param>
    public void WriteHex(Span<byte> destination)
    {
        Utf8Formatter.TryFormat(Next(), destination, out _, new System.Buffers.StandardFormat('x', 16));
        Utf8Formatter.TryFormat(Next(), destination[16..], out _, new System.Buffers.StandardFormat('x', 16));
    }
}

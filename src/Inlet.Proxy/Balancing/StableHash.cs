namespace Inlet.Proxy;

/// <summary>A hash that is the same in every process and version. Not against attackers: a client may choose its endpoint.</summary>
internal static class StableHash
{
    /// <summary>FNV-1a, then mixed, because its high bits are poor for short inputs.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xcbf2_9ce4_8422_2325UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 0x0000_0100_0000_01b3UL;
        }

        return Mix(hash);
    }

    /// <summary>The finaliser of SplitMix64.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58_476d_1ce4_e5b9UL;
        value = (value ^ (value >> 27)) * 0x94d0_49bb_1331_11ebUL;
        return value ^ (value >> 31);
    }
}

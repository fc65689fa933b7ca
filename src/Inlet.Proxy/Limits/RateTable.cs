namespace Inlet.Proxy;

/// <summary>
/// When each client may send its next request, for all loops: a fixed number of places, found by hash, eight to choose from. Without
/// locks. Clients that have been quiet lose their place first, and with it nothing; only where more than eight busy ones meet does one
/// of them get a burst too many.
/// </summary>
internal sealed class RateTable
{
    private const int Ways = 8;
    private const int Buckets = 1 << 15;

    // Two cache lines per bucket. A key of 0 is free.
    private readonly ulong[] _keys = new ulong[Buckets * Ways];

    /// <summary>In microseconds: when the client will have paid for all it sent, at the rate it may send with (the generic cell rate algorithm).</summary>
    private readonly long[] _paidAt = new long[Buckets * Ways];

    /// <param name="key">Of client and limit, not 0, not to be guessed from outside.</param>
    /// <param name="interval">Microseconds that one request costs.</param>
    /// <param name="tolerance">Microseconds a client may be ahead: its burst, times <paramref name="interval"/>.</param>
    public bool TryTake(ulong key, long nowMicroseconds, long interval, long tolerance)
    {
        ref var paidAt = ref _paidAt[PlaceOf(key, nowMicroseconds)];
        while (true)
        {
            var known = Volatile.Read(ref paidAt);
            var paid = Math.Max(known, nowMicroseconds);
            if (paid - nowMicroseconds > tolerance)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref paidAt, paid + interval, known) == known)
            {
                return true;
            }
        }
    }

    private int PlaceOf(ulong key, long now)
    {
        var start = (int)(key % Buckets) * Ways;
        while (true)
        {
            var oldest = start;
            for (var place = start; place < start + Ways; place++)
            {
                if (Volatile.Read(ref _keys[place]) == key)
                {
                    return place;
                }

                if (Volatile.Read(ref _paidAt[place]) < Volatile.Read(ref _paidAt[oldest]))
                {
                    oldest = place;
                }
            }

            var owner = Volatile.Read(ref _keys[oldest]);
            if (Interlocked.CompareExchange(ref _keys[oldest], key, owner) == owner)
            {
                // Who takes it over does not take over what the one before him owed.
                Volatile.Write(ref _paidAt[oldest], now);
                return oldest;
            }
        }
    }
}

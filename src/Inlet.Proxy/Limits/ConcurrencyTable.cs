namespace Inlet.Proxy;

/// <summary>
/// How many requests of each client are under way, for all loops: a fixed number of places, found by hash, eight to choose from. Key and
/// count are one word, so that a place changes hands and a count changes in one step, without locks. Where eight other clients have
/// requests under way in the same eight places, a ninth is not counted.
/// </summary>
internal sealed class ConcurrencyTable
{
    public const int NotCounted = -1;
    public const int TooMany = -2;

    private const int Ways = 8;
    private const int Buckets = 1 << 13;
    private const ulong CountMask = 0xffff;

    private readonly ulong[] _places = new ulong[Buckets * Ways];

    /// <param name="key">Of client and limit, not to be guessed from outside.</param>
    /// <param name="most">1 … 65535.</param>
    /// <returns>What to give back at the request's end, <see cref="NotCounted"/>, or <see cref="TooMany"/>.</returns>
    public int Take(ulong key, int most)
    {
        var start = (int)(key % Buckets) * Ways;
        var tag = key & ~CountMask;
        while (true)
        {
            var free = NotCounted;
            var found = NotCounted;
            for (var place = start; place < start + Ways && found == NotCounted; place++)
            {
                var word = Volatile.Read(ref _places[place]);
                found = (word & CountMask) > 0 && (word & ~CountMask) == tag ? place : found;
                free = (word & CountMask) == 0 && free == NotCounted ? place : free;
            }

            var chosen = found != NotCounted ? found : free;
            if (chosen == NotCounted)
            {
                return NotCounted;
            }

            var known = Volatile.Read(ref _places[chosen]);
            var isOurs = (known & CountMask) > 0 && (known & ~CountMask) == tag;
            if (!isOurs && (known & CountMask) > 0)
            {
                continue;
            }

            var count = isOurs ? known & CountMask : 0;
            if (count >= (ulong)most)
            {
                return TooMany;
            }

            if (Interlocked.CompareExchange(ref _places[chosen], tag | (count + 1), known) == known)
            {
                return chosen;
            }
        }
    }

    public void GiveBack(int place)
    {
        // The count is the word's low end, and above 0 while anybody holds the place.
        Interlocked.Decrement(ref _places[place]);
    }
}

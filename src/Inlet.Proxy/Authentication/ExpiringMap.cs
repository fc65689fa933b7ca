namespace Inlet.Proxy;

/// <summary>What one loop remembers for a while, by keyed hash. Bounded: when it is full what has expired goes, and else everything.</summary>
internal sealed class ExpiringMap<T>
{
    private const int Most = 8192;

    private readonly Dictionary<UInt128, (T Value, long Until)> _known = [];

    public bool TryFind(UInt128 name, long nowMilliseconds, out T? value)
    {
        var isKnown = _known.TryGetValue(name, out var known) && nowMilliseconds < known.Until;
        value = isKnown ? known.Value : default;
        return isKnown;
    }

    public void Note(UInt128 name, T value, TimeSpan keepFor, long nowMilliseconds)
    {
        if (_known.Count >= Most)
        {
            foreach (var (old, known) in _known)
            {
                if (nowMilliseconds >= known.Until)
                {
                    _known.Remove(old);
                }
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }
        }

        _known[name] = (value, nowMilliseconds + (long)keepFor.TotalMilliseconds);
    }
}

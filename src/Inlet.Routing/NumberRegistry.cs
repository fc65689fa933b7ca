namespace Inlet.Routing;

/// <summary>
/// Gives every key a small number for the process's life, so that the request path indexes arrays where it would otherwise
/// look up names. Thread-safe.
/// </summary>
public class NumberRegistry<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, int> _ids = [];
    private readonly List<TKey> _keys = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _keys.Count;
            }
        }
    }

    public TKey this[int id]
    {
        get
        {
            lock (_lock)
            {
                return _keys[id];
            }
        }
    }

    public int Intern(TKey key)
    {
        // Guards both collections; publishers and scrapes call this, requests never do.
        lock (_lock)
        {
            if (!_ids.TryGetValue(key, out var id))
            {
                id = _keys.Count;
                _ids.Add(key, id);
                _keys.Add(key);
            }

            return id;
        }
    }
}

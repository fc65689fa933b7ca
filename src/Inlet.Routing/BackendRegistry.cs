using Inlet.Model;

namespace Inlet.Routing;

/// <summary>
/// Gives every backend a small number for the process's life, so that the request path indexes arrays where it would
/// otherwise look up names. Thread-safe.
/// </summary>
public sealed class BackendRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<BackendKey, int> _ids = [];
    private readonly List<BackendKey> _keys = [];

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

    public BackendKey this[int id]
    {
        get
        {
            lock (_lock)
            {
                return _keys[id];
            }
        }
    }

    public int Intern(BackendKey key)
    {
        // Guards both collections; publishers call this, requests never do.
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

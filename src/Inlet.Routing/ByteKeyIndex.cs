namespace Inlet.Routing;

/// <summary>
/// Maps byte strings to their positions in the list it was built from. Read-only, lock-free, no allocation on lookup.
/// A dictionary of strings would do, but the request path would first have to turn every host and path into characters.
/// </summary>
internal sealed class ByteKeyIndex
{
    private readonly byte[][] _keys;
    private readonly int[] _hashes;

    // Position + 1, open addressing, at most half full; 0 is free.
    private readonly int[] _slots;
    private readonly int _mask;

    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public ByteKeyIndex(byte[][] keys)
    {
        _keys = keys;
        _hashes = new int[keys.Length];
        var size = 4;
        while (size < keys.Length * 2)
        {
            size *= 2;
        }

        _slots = new int[size];
        _mask = size - 1;
        for (var position = 0; position < keys.Length; position++)
        {
            if (Find(keys[position]) >= 0)
            {
                throw new ArgumentException("A key occurs twice.", nameof(keys));
            }

            var hash = _hashes[position] = Hash(keys[position]);
            var slot = hash & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = position + 1;
        }
    }

    /// <returns>The key's position, or -1.</returns>
    public int Find(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        for (var slot = hash & _mask; _slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            var position = _slots[slot] - 1;
            if (_hashes[position] == hash && key.SequenceEqual(_keys[position]))
            {
                return position;
            }
        }

        return -1;
    }

    // Seeded per process by HashCode: a client or tenant cannot choose names that collide.
    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }
}

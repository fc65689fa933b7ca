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

    public ByteKeyIndex(byte[][] keys)
        : this(keys, Array.ConvertAll(keys, static key => Hash(key)))
    {
    }

    /// <param name="hashes">Of the keys, by <see cref="Hash"/>: an index made from another one need not compute them again.</param>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public ByteKeyIndex(byte[][] keys, int[] hashes)
    {
        _keys = keys;
        _hashes = hashes;
        var size = 4;
        while (size < keys.Length * 2)
        {
            size *= 2;
        }

        _slots = new int[size];
        _mask = size - 1;
        for (var position = 0; position < keys.Length; position++)
        {
            if (Find(keys[position], hashes[position]) >= 0)
            {
                throw new ArgumentException("A key occurs twice.", nameof(keys));
            }

            var slot = hashes[position] & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = position + 1;
        }
    }

    /// <returns>The key's position, or -1.</returns>
    public int Find(ReadOnlySpan<byte> key) => Find(key, Hash(key));

    // Seeded per process by HashCode: a client or tenant cannot choose names that collide.
    public static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private int Find(ReadOnlySpan<byte> key, int hash)
    {
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
}

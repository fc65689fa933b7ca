using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>
/// Finds the position of a host name in a model's list of hosts. Depends on names only: a change of routes, weights or
/// certificates shares it with the table before, and a host more or less reuses the keys and hashes of all others.
/// </summary>
internal sealed class HostIndex
{
    private readonly Name[] _names;
    private readonly ByteKeyIndex _exact;
    private readonly int[] _exactPositions;
    private readonly ByteKeyIndex _wildcards;
    private readonly int[] _wildcardPositions;

    private HostIndex(Name[] names)
    {
        _names = names;
        Any = Array.FindIndex(names, static name => name.Text.Length == 0);
        (_exact, _exactPositions) = Index(names, wildcard: false);
        (_wildcards, _wildcardPositions) = Index(names, wildcard: true);
    }

    public static HostIndex Empty { get; } = new([]);

    /// <summary>Position of the host <c>""</c>, or -1.</summary>
    public int Any { get; }

    /// <param name="previousPositions">For each host its position in <paramref name="previous"/>, or -1.</param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public static HostIndex For(EquatableArray<HostModel> hosts, HostIndex previous, out int[] previousPositions)
    {
        previousPositions = new int[hosts.Count];
        var names = new Name[hosts.Count];
        var same = hosts.Count == previous._names.Length;
        var guess = 0;
        for (var position = 0; position < names.Length; position++)
        {
            var old = previousPositions[position] = previous.PositionOf(hosts[position].Host, guess);
            names[position] = old >= 0 ? previous._names[old] : new Name(hosts[position].Host);
            same &= old == position;
            guess = old >= 0 ? old + 1 : guess;
        }

        return same ? previous : new HostIndex(names);
    }

    public int Exact(ReadOnlySpan<byte> host) => _exact.Find(host) is >= 0 and var found ? _exactPositions[found] : -1;

    /// <summary>The wildcard that covers the host: <c>*.</c> stands for exactly one non-empty label.</summary>
    public int Wildcard(ReadOnlySpan<byte> host) =>
        host.IndexOf((byte)'.') is > 0 and var dot && _wildcards.Find(host[dot..]) is >= 0 and var found ? _wildcardPositions[found] : -1;

    /// <summary>The wildcard above the host at <paramref name="position"/>, or -1. Of a wildcard itself: none.</summary>
    public int WildcardAbove(int position) =>
        _wildcardPositions.Length == 0 || _names[position].IsWildcard ? -1 : Wildcard(_names[position].Key);

    /// <summary>Between two models hosts rarely move: the next one, or the one behind a removed one, is nearly always right.</summary>
    private int PositionOf(string host, int guess)
    {
        for (var near = guess; near < guess + 2 && near < _names.Length; near++)
        {
            if (_names[near].Text == host)
            {
                return near;
            }
        }

        var name = new Name(host);
        return host.Length == 0 ? Any : name.IsWildcard ? Position(_wildcards, _wildcardPositions, name) : Position(_exact, _exactPositions, name);
    }

    private static int Position(ByteKeyIndex index, int[] positions, Name name) => index.Find(name.Key) is >= 0 and var found ? positions[found] : -1;

    private static (ByteKeyIndex Index, int[] Positions) Index(Name[] names, bool wildcard)
    {
        var positions = new List<int>(wildcard ? 0 : names.Length);
        for (var position = 0; position < names.Length; position++)
        {
            if (names[position].IsWildcard == wildcard && names[position].Text.Length > 0)
            {
                positions.Add(position);
            }
        }

        var keys = new byte[positions.Count][];
        var hashes = new int[positions.Count];
        for (var index = 0; index < keys.Length; index++)
        {
            keys[index] = names[positions[index]].Key;
            hashes[index] = names[positions[index]].Hash;
        }

        return (new ByteKeyIndex(keys, hashes), [.. positions]);
    }

    /// <summary>A host name and how it is looked up: a wildcard by what follows its star.</summary>
    private sealed class Name
    {
        public Name(string text)
        {
            Text = text;
            IsWildcard = text.StartsWith("*.", StringComparison.Ordinal);
            Key = Encoding.UTF8.GetBytes(IsWildcard ? text[1..] : text);
            Hash = ByteKeyIndex.Hash(Key);
        }

        public string Text { get; }

        public bool IsWildcard { get; }

        public byte[] Key { get; }

        public int Hash { get; }
    }
}

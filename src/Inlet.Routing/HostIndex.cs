using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>
/// Finds the position of a host name in a model's list of hosts. Depends on names only, so that a change of routes,
/// weights or certificates shares it with the table before.
/// </summary>
internal sealed class HostIndex
{
    private readonly string[] _names;
    private readonly ByteKeyIndex _exact;
    private readonly int[] _exactPositions;
    private readonly ByteKeyIndex _wildcards;
    private readonly int[] _wildcardPositions;

    private HostIndex(EquatableArray<HostModel> hosts)
    {
        _names = [.. hosts.Select(static host => host.Host)];
        Any = Array.IndexOf(_names, "");
        (_exact, _exactPositions) = Index(static name => name.Length > 0 && !IsWildcard(name), static name => name);
        (_wildcards, _wildcardPositions) = Index(IsWildcard, static name => name[1..]);
    }

    /// <summary>Position of the host <c>""</c>, or -1.</summary>
    public int Any { get; }

    public static HostIndex For(EquatableArray<HostModel> hosts, HostIndex? previous) =>
        previous is not null && previous.HasNames(hosts) ? previous : new HostIndex(hosts);

    public int Exact(ReadOnlySpan<byte> host) => _exact.Find(host) is >= 0 and var found ? _exactPositions[found] : -1;

    /// <summary>The wildcard that covers the host: <c>*.</c> stands for exactly one non-empty label.</summary>
    public int Wildcard(ReadOnlySpan<byte> host) =>
        host.IndexOf((byte)'.') is > 0 and var dot && _wildcards.Find(host[dot..]) is >= 0 and var found ? _wildcardPositions[found] : -1;

    private static bool IsWildcard(string name) => name.StartsWith("*.", StringComparison.Ordinal);

    private bool HasNames(EquatableArray<HostModel> hosts)
    {
        if (hosts.Count != _names.Length)
        {
            return false;
        }

        for (var position = 0; position < _names.Length; position++)
        {
            if (!ReferenceEquals(_names[position], hosts[position].Host) && _names[position] != hosts[position].Host)
            {
                return false;
            }
        }

        return true;
    }

    private (ByteKeyIndex Index, int[] Positions) Index(Predicate<string> belongs, Func<string, string> key)
    {
        var positions = Enumerable.Range(0, _names.Length).Where(position => belongs(_names[position])).ToArray();
        return (new ByteKeyIndex([.. positions.Select(position => Encoding.UTF8.GetBytes(key(_names[position])))]), positions);
    }
}

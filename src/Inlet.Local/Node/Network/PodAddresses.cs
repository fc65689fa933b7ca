using System.Net;

namespace Inlet.Local.Node.Network;

/// <summary>
/// Which pod has which address of the prefix. Goes round before it gives an address again, so that what still remembers a
/// pod that is gone rarely meets another in its place. Not thread-safe.
/// </summary>
internal sealed class PodAddresses(IPNetwork prefix)
{
    private readonly HashSet<int> _taken = [];
    // 0 is the network, 1 the gateway; the last is the broadcast address and the one before it the host's.
    private readonly int _first = 2;
    private readonly int _last = (1 << (32 - prefix.PrefixLength)) - 3;
    private int _next = 2;

    public IPAddress HostAddress => NodeNetwork.AddressAt(prefix, _last + 1);

    public int Capacity => _last - _first + 1;

    /// <returns>The offset of a free address in the prefix; null when there is none.</returns>
    public int? Take()
    {
        for (var tried = 0; tried < Capacity; tried++)
        {
            var candidate = _next;
            _next = candidate == _last ? _first : candidate + 1;
            if (_taken.Add(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    public void Release(int offset) => _taken.Remove(offset);

    public IPAddress At(int offset) => NodeNetwork.AddressAt(prefix, offset);
}

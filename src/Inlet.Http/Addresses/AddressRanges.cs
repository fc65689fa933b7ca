using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Inlet.Http;

/// <summary>A set of networks to ask about addresses, without an object for each question. Immutable.</summary>
public sealed class AddressRanges
{
    private readonly (UInt128 Network, UInt128 Mask)[] _ranges;

    public AddressRanges(IEnumerable<IPNetwork> networks) =>
        _ranges = [.. networks.Select(static network =>
        {
            var bits = network.PrefixLength + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 96 : 0);
            var mask = bits == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - bits);
            return (Bits(network.BaseAddress) & mask, mask);
        })];

    public bool IsEmpty => _ranges.Length == 0;

    public bool Contains(UInt128 address)
    {
        foreach (var (network, mask) in _ranges)
        {
            if ((address & mask) == network)
            {
                return true;
            }
        }

        return false;
    }

    public bool Contains(IPAddress address) => Contains(Bits(address));

    private static UInt128 Bits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : AddressText.Mapped(BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }
}

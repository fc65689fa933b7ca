using System.Net;

namespace Inlet.Proxy;

/// <summary>
/// How many client connections may be open, over all loops and by client address. Asked when a connection opens and told when
/// it closes, never on a request's way: here loops may share.
/// </summary>
internal sealed class ConnectionLimits
{
    /// <summary>Descriptors that are not connections: listeners, files, the API server's connections.</summary>
    private const int ReservedDescriptors = 256;

    private const int Stripes = 64;

    private readonly int? _perAddress;
    private readonly Dictionary<UInt128, int>[] _counts = [];
    private long _open;

    public ConnectionLimits(ProxyOptions options)
    {
        // Clients that ask for something need a connection to an endpoint too; most of the time most of them do not.
        Most = options.MaxConnections ?? (int)Math.Clamp((Sockets.MaxDescriptors() - ReservedDescriptors) / 4 * 3, 64, int.MaxValue);
        _perAddress = options.MaxConnectionsPerAddress;
        if (_perAddress is not null)
        {
            _counts = [.. Enumerable.Range(0, Stripes).Select(static _ => new Dictionary<UInt128, int>())];
        }
    }

    /// <summary>At least 1.</summary>
    public int Most { get; }

    public int? MostPerAddress => _perAddress;

    /// <summary>False while as many are open as may be. Loops that ask at the same moment may each let one in.</summary>
    public bool HasRoom => Interlocked.Read(ref _open) < Most;

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);

    /// <summary>Counts a connection of the address; <see cref="Leave"/> undoes it.</summary>
    /// <param name="key">What to give back to <see cref="Leave"/>; 0 when nothing was counted.</param>
    /// <returns>False, and nothing is counted, when the address has as many as it may.</returns>
    public bool TryEnter(IPAddress address, out UInt128 key)
    {
        key = 0;
        if (_perAddress is not { } most)
        {
            return true;
        }

        key = KeyOf(address);
        var counts = StripeOf(key);
        // Guards this stripe's counts; held for one look-up, when a connection opens or closes.
        lock (counts)
        {
            var count = counts.GetValueOrDefault(key);
            if (count >= most)
            {
                key = 0;
                return false;
            }

            counts[key] = count + 1;
            return true;
        }
    }

    public void Leave(UInt128 key)
    {
        if (key == 0)
        {
            return;
        }

        var counts = StripeOf(key);
        lock (counts)
        {
            var left = counts[key] - 1;
            if (left == 0)
            {
                counts.Remove(key);
            }
            else
            {
                counts[key] = left;
            }
        }
    }

    private Dictionary<UInt128, int> StripeOf(UInt128 key) => _counts[(int)((uint)key.GetHashCode() % Stripes)];

    /// <summary>An IPv6 client owns a whole /64 (RFC 6177) and could count from 1 with every connection.</summary>
    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes[(length == 4 ? 4 : 8)..].Clear();
        // The mark keeps 0.0.0.0 and :: from being 0, and the families apart.
        bytes[15] = (byte)length;
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

using Inlet.Http;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>The tables of all limits. Made when a route first has one.</summary>
internal sealed class LimitTables
{
    public RateTable Rates { get; } = new();

    public ConcurrencyTable Concurrency { get; } = new();
}

/// <summary>One policy's limits, ready for the loops.</summary>
internal sealed class RateLimiter
{
    private const long Second = 1_000_000;

    // Zones that share a table must not share counts; and nobody outside may find out who meets whom.
    private readonly int _zone;
    private readonly AddressRanges _exempt;
    private readonly RateLimitPolicy _policy;

    public RateLimiter(RateLimitPolicy policy)
    {
        _policy = policy;
        _zone = string.GetHashCode(policy.Zone, StringComparison.Ordinal);
        _exempt = new AddressRanges(policy.Exempt);
    }

    public int RateStatus => _policy.RateStatus;

    public int ConnectionStatus => _policy.ConnectionStatus;

    /// <param name="place">What to give back at the request's end, when that is not negative.</param>
    public Failure Check(LimitTables tables, ReadOnlySpan<byte> clientAddress, long nowMicroseconds, out int place)
    {
        place = ConcurrencyTable.NotCounted;
        if (!AddressText.TryParse(clientAddress, out var address) || _exempt.Contains(address))
        {
            return Failure.None;
        }

        if (_policy.Connections > 0)
        {
            place = tables.Concurrency.Take(KeyOf(address, 1), Math.Min(_policy.Connections, ushort.MaxValue));
            if (place == ConcurrencyTable.TooMany)
            {
                return Failure.TooManyConnections;
            }
        }

        return TryTake(tables, address, _policy.RequestsPerSecond, Second, 2, nowMicroseconds)
            && TryTake(tables, address, _policy.RequestsPerMinute, 60 * Second, 3, nowMicroseconds) ? Failure.None : Failure.TooManyRequests;
    }

    private bool TryTake(LimitTables tables, UInt128 address, int requests, long per, int kind, long nowMicroseconds)
    {
        if (requests <= 0)
        {
            return true;
        }

        var interval = Math.Max(1, per / requests);
        return tables.Rates.TryTake(KeyOf(address, kind), nowMicroseconds, interval, interval * requests * _policy.BurstMultiplier);
    }

    /// <summary>Never 0. Both halves are seeded per process.</summary>
    private ulong KeyOf(UInt128 address, int kind) =>
        ((ulong)(uint)HashCode.Combine(_zone, kind, address) << 32) | (uint)HashCode.Combine(address, _zone, ~kind) | 1UL << 63;
}

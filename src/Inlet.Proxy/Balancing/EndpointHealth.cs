using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// What all loops together know about one endpoint. On the way of a good request it is only read, but for the loop's own
/// counter of requests under way, which has a cache line to itself.
/// </summary>
internal sealed class EndpointHealth(int loops, long nowMilliseconds, bool isNew)
{
    private const int CountersPerCacheLine = 16;
    private const int NeverNew = int.MinValue;

    private readonly int[] _inFlight = new int[loops * CountersPerCacheLine];
    private bool _down;
    private int _failures;
    private int _ejections;
    private long _ejectedUntil;
    private long _startedAt = isNew ? nowMilliseconds : NeverNew;

    /// <summary>Loops that hold it; guarded by <see cref="EndpointHealths"/>.</summary>
    public int Holders { get; set; }

    /// <summary>Requests under way from all loops; a moment old for those of other loops.</summary>
    public int InFlight
    {
        get
        {
            var sum = 0;
            for (var at = 0; at < _inFlight.Length; at += CountersPerCacheLine)
            {
                sum += Volatile.Read(ref _inFlight[at]);
            }

            return sum;
        }
    }

    /// <summary>When it became new, or came back: the start of its slow start.</summary>
    public long StartedAt => Math.Max(Volatile.Read(ref _startedAt), Volatile.Read(ref _ejectedUntil));

    public void Count(int loop, int change) => _inFlight[loop * CountersPerCacheLine] += change;

    /// <summary>Health checks found it ill.</summary>
    public bool IsDown
    {
        get => Volatile.Read(ref _down);
        set
        {
            if (_down != value)
            {
                Volatile.Write(ref _down, value);
            }
        }
    }

    /// <summary>Left out for now, for whatever reason.</summary>
    public bool IsOut(long nowMilliseconds) => IsDown || IsEjected(nowMilliseconds);

    public bool IsEjected(long nowMilliseconds) => nowMilliseconds < Volatile.Read(ref _ejectedUntil);

    public void Succeeded(PassiveHealthPolicy policy, long nowMilliseconds)
    {
        // Read first: writing would take the cache line from all other loops at every request.
        if (Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
        }

        if (Volatile.Read(ref _ejections) != 0 && nowMilliseconds - Volatile.Read(ref _ejectedUntil) > policy.MaxEjectFor.TotalMilliseconds)
        {
            Volatile.Write(ref _ejections, 0);
        }
    }

    /// <returns>True when this failure ejected it.</returns>
    public bool Failed(PassiveHealthPolicy policy, long nowMilliseconds, bool mayEject)
    {
        // Exactly one loop sees the count that ejects; failures under way at that time do not eject again.
        if (policy.MaxFailures <= 0 || Interlocked.Increment(ref _failures) < policy.MaxFailures || !mayEject || IsEjected(nowMilliseconds))
        {
            return false;
        }

        Volatile.Write(ref _failures, 0);
        var doublings = Math.Min(Interlocked.Increment(ref _ejections) - 1, 30);
        var length = Math.Min(policy.EjectFor.TotalMilliseconds * (1L << doublings), policy.MaxEjectFor.TotalMilliseconds);
        Volatile.Write(ref _ejectedUntil, nowMilliseconds + (long)length);
        return true;
    }
}

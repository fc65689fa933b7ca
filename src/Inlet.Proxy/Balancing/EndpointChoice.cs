using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// Chooses one of a backend's endpoints. Those that are ejected, or have all the requests they may have, are passed over; where
/// health leaves none, it is ignored: a backend that seems dead is still the only one that may live.
/// </summary>
internal sealed class EndpointChoice
{
    private const double SlowStartFloor = 0.1;

    private ulong _random = (ulong)Random.Shared.NextInt64() | 1;
    private long _nowMilliseconds;
    private long _nowMicroseconds;

    public void SetClock(long nowMilliseconds, long nowMicroseconds)
    {
        _nowMilliseconds = nowMilliseconds;
        _nowMicroseconds = nowMicroseconds;
    }

    /// <param name="turn">The backend's place in its round; moved on.</param>
    /// <param name="avoid">Failed this request already: taken only when there is no other.</param>
    /// <returns>Null when every endpoint has all the requests it may have.</returns>
    public EndpointState? Choose(EndpointState[] endpoints, ref int turn, BalancingPolicy policy, ulong key, EndpointState? avoid)
    {
        return Choose(endpoints, ref turn, policy, key, avoid, ignoreHealth: false)
            ?? Choose(endpoints, ref turn, policy, key, avoid, ignoreHealth: true)
            ?? (avoid is not null && IsAvailable(avoid, policy, null, ignoreHealth: true) ? avoid : null);
    }

    private EndpointState? Choose(
        EndpointState[] endpoints, ref int turn, BalancingPolicy policy, ulong key, EndpointState? avoid, bool ignoreHealth) => policy.Method switch
        {
            BalancingMethod.ConsistentHash when policy.HashSubset > 1 => OfSubset(endpoints, policy, key, avoid, ignoreHealth),
            BalancingMethod.ConsistentHash => ByHash(endpoints, policy, key, avoid, ignoreHealth),
            BalancingMethod.LeastRequest or BalancingMethod.Ewma when endpoints.Length > 1 =>
                OfTwo(endpoints, policy, avoid, ignoreHealth) ?? InTurn(endpoints, ref turn, policy, avoid, ignoreHealth),
            _ => InTurn(endpoints, ref turn, policy, avoid, ignoreHealth),
        };

    private EndpointState? InTurn(EndpointState[] endpoints, ref int turn, BalancingPolicy policy, EndpointState? avoid, bool ignoreHealth)
    {
        EndpointState? starting = null;
        for (var count = 0; count < endpoints.Length; count++)
        {
            turn = turn >= endpoints.Length ? 0 : turn;
            var endpoint = endpoints[turn++];
            if (!IsAvailable(endpoint, policy, avoid, ignoreHealth))
            {
                continue;
            }

            if (policy.SlowStart <= TimeSpan.Zero || Share(endpoint, policy) >= NextUnit())
            {
                return endpoint;
            }

            starting ??= endpoint;
        }

        return starting;
    }

    /// <summary>
    /// The power of two choices: nearly as even as looking at all, and a herd of loops does not run to the one that was best a
    /// moment ago. Null when neither may be used; the caller then looks at all.
    /// </summary>
    private EndpointState? OfTwo(EndpointState[] endpoints, BalancingPolicy policy, EndpointState? avoid, bool ignoreHealth)
    {
        var first = (int)(Next() % (ulong)endpoints.Length);
        var second = (int)(Next() % (ulong)(endpoints.Length - 1));
        second += second >= first ? 1 : 0;
        var one = IsAvailable(endpoints[first], policy, avoid, ignoreHealth) ? endpoints[first] : null;
        var other = IsAvailable(endpoints[second], policy, avoid, ignoreHealth) ? endpoints[second] : null;
        if (one is null || other is null)
        {
            return one ?? other;
        }

        return Cost(one, policy) <= Cost(other, policy) ? one : other;
    }

    private double Cost(EndpointState endpoint, BalancingPolicy policy)
    {
        double cost = endpoint.Health.InFlight + 1;
        if (policy.Method == BalancingMethod.Ewma)
        {
            // A microsecond at least, or an endpoint that never answered would take everything however many wait for it.
            cost *= Math.Max(1, endpoint.Average(_nowMicroseconds));
        }

        return policy.SlowStart > TimeSpan.Zero ? cost / Share(endpoint, policy) : cost;
    }

    /// <summary>
    /// Rendezvous hashing: each endpoint draws a number from the key, the highest takes it. When one goes, only its keys move,
    /// evenly to all others; no table has to be built on the loop when endpoints change.
    /// </summary>
    private EndpointState? ByHash(EndpointState[] endpoints, BalancingPolicy policy, ulong key, EndpointState? avoid, bool ignoreHealth)
    {
        EndpointState? best = null;
        var highest = 0UL;
        foreach (var endpoint in endpoints)
        {
            var drawn = StableHash.Mix(endpoint.Hash ^ key);
            if ((best is null || drawn > highest) && IsAvailable(endpoint, policy, avoid, ignoreHealth))
            {
                (best, highest) = (endpoint, drawn);
            }
        }

        return best;
    }

    /// <summary>The endpoint that a client's key means. One that drains counts too, for as long as it is there: the client has been with it.</summary>
    public EndpointState? ByKey(EndpointState[] endpoints, EndpointState[] draining, ulong key)
    {
        var stays = ByHash(draining, BalancingPolicy.Default, key, null, ignoreHealth: false);
        var ready = ByHash(endpoints, BalancingPolicy.Default, key, null, ignoreHealth: false) ?? ByHash(endpoints, BalancingPolicy.Default, key, null, ignoreHealth: true);
        return ready is null || (stays is not null && StableHash.Mix(stays.Hash ^ key) > StableHash.Mix(ready.Hash ^ key)) ? stays ?? ready : ready;
    }

    /// <summary>A new key, and the endpoint that it means.</summary>
    /// <param name="avoid">Not this one, where there is another.</param>
    public EndpointState? ByNewKey(EndpointState[] endpoints, EndpointState? avoid, out ulong key)
    {
        const int Draws = 64;
        EndpointState? chosen = null;
        key = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            key = StableHash.Mix(Next() + (ulong)draw);
            chosen = ByHash(endpoints, BalancingPolicy.Default, key, null, ignoreHealth: false) ?? ByHash(endpoints, BalancingPolicy.Default, key, null, ignoreHealth: true);
            if (!ReferenceEquals(chosen, avoid))
            {
                break;
            }
        }

        return chosen;
    }

    /// <summary>
    /// One of the few that drew the highest numbers from the key: as with one, a change of endpoints moves only the keys it must.
    /// </summary>
    private EndpointState? OfSubset(EndpointState[] endpoints, BalancingPolicy policy, ulong key, EndpointState? avoid, bool ignoreHealth)
    {
        var turn = (int)(Next() % (ulong)Math.Min(policy.HashSubset, endpoints.Length));
        EndpointState? chosen = null;
        var below = ulong.MaxValue;
        for (var rank = 0; rank <= turn; rank++)
        {
            EndpointState? best = null;
            var highest = 0UL;
            foreach (var endpoint in endpoints)
            {
                var drawn = StableHash.Mix(endpoint.Hash ^ key);
                if (drawn < below && (best is null || drawn > highest) && IsAvailable(endpoint, policy, avoid, ignoreHealth))
                {
                    (best, highest) = (endpoint, drawn);
                }
            }

            if (best is null)
            {
                break;
            }

            (chosen, below) = (best, highest);
        }

        return chosen;
    }

    private bool IsAvailable(EndpointState endpoint, BalancingPolicy policy, EndpointState? avoid, bool ignoreHealth) =>
        !ReferenceEquals(endpoint, avoid)
        && (ignoreHealth || !endpoint.Health.IsOut(_nowMilliseconds))
        && (policy.MaxRequestsPerEndpoint is not { } most || endpoint.Health.InFlight < most);

    /// <summary>1 for an endpoint that is not new; else the part of its slow start that has passed.</summary>
    private double Share(EndpointState endpoint, BalancingPolicy policy)
    {
        var age = _nowMilliseconds - endpoint.Health.StartedAt;
        return age >= policy.SlowStart.TotalMilliseconds ? 1 : Math.Max(SlowStartFloor, age / policy.SlowStart.TotalMilliseconds);
    }

    private double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return _random;
    }
}

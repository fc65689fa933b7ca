using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One <see cref="EndpointHealth"/> per endpoint for all loops, kept while any loop holds it.</summary>
internal sealed class EndpointHealths(int loops)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Endpoint, EndpointHealth> _all = [];

    /// <summary>Endpoints that are left out now.</summary>
    public int CountEjected(long nowMilliseconds)
    {
        lock (_lock)
        {
            return _all.Values.Count(health => health.IsEjected(nowMilliseconds));
        }
    }

    /// <param name="isNew">It joins endpoints that are already in use, and may start slowly.</param>
    public EndpointHealth Take(Endpoint endpoint, long nowMilliseconds, bool isNew)
    {
        // Guards the dictionary; loops come here when a set of endpoints has changed, never for a request.
        lock (_lock)
        {
            if (!_all.TryGetValue(endpoint, out var health))
            {
                _all[endpoint] = health = new EndpointHealth(loops, nowMilliseconds, isNew);
            }

            health.Holders++;
            return health;
        }
    }

    public void GiveBack(Endpoint endpoint)
    {
        lock (_lock)
        {
            if (_all.TryGetValue(endpoint, out var health) && --health.Holders == 0)
            {
                _all.Remove(endpoint);
            }
        }
    }
}

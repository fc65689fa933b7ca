using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One <see cref="EndpointHealth"/> per endpoint for all loops, kept while any loop holds it.</summary>
internal sealed class EndpointHealths(int loops)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Endpoint, EndpointHealth> _all = [];

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

    /// <summary>Tells the loops, if any of them knows the endpoint.</summary>
    public void SetDown(Endpoint endpoint, bool down)
    {
        lock (_lock)
        {
            if (_all.TryGetValue(endpoint, out var health))
            {
                health.IsDown = down;
            }
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

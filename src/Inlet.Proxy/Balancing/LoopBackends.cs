using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// One loop's view of the live endpoints. The published sets are shared and immutable; a loop notices a new one by its
/// reference when the next request asks for that backend, so that publishing waits for nobody.
/// </summary>
internal sealed class LoopBackends(EndpointSets sets, EndpointHealths healths, int loopIndex, int loopCount, Action<EndpointState> retired)
{
    private readonly Dictionary<Endpoint, EndpointState> _endpoints = [];
    private readonly EndpointChoice _choice = new();
    private BackendState?[] _backends = new BackendState?[64];
    private long _nowMilliseconds;

    public void SetClock(long nowMilliseconds, long nowMicroseconds)
    {
        _nowMilliseconds = nowMilliseconds;
        _choice.SetClock(nowMilliseconds, nowMicroseconds);
    }

    public bool HasReady(int backend) => Refresh(backend) is { Endpoints.Length: > 0 };

    /// <summary>The endpoint for a request, or null when the backend has none that may take it.</summary>
    /// <param name="key">The request's hash, for <see cref="BalancingMethod.ConsistentHash"/>.</param>
    /// <param name="avoid">Failed this request already.</param>
    public EndpointState? Choose(int backend, BalancingPolicy policy, ulong key, EndpointState? avoid)
    {
        var state = Refresh(backend);
        return state is null || state.Endpoints.Length == 0 ? null : _choice.Choose(state.Endpoints, ref state.Turn, policy, key, avoid);
    }

    /// <summary>The same in every process, and says nothing of the name.</summary>
    public ulong HashOf(int backend) => Refresh(backend)?.Hash ?? 0;

    /// <summary>The endpoint that a client's key means: also one that drains, while it serves. Null when it is gone, or is left out.</summary>
    public EndpointState? FindSticky(int backend, ulong key, bool persistent) =>
        Refresh(backend) is { } state ? persistent ? Named(state, key) : _choice.ByKey(state.Endpoints, state.Draining, key) : null;

    /// <summary>An endpoint for a client that has none.</summary>
    /// <param name="avoid">Failed this request already.</param>
    /// <param name="key">What will mean it.</param>
    public EndpointState? ChooseSticky(int backend, BalancingPolicy policy, bool persistent, EndpointState? avoid, out ulong key)
    {
        key = 0;
        if (Refresh(backend) is not { Endpoints.Length: > 0 } state)
        {
            return null;
        }

        if (persistent)
        {
            var chosen = _choice.Choose(state.Endpoints, ref state.Turn, policy, 0, avoid);
            key = chosen is null ? 0 : NameOf(state, chosen);
            return chosen;
        }

        return _choice.ByNewKey(state.Endpoints, avoid, out key);
    }

    /// <summary>Whether the backend has an endpoint besides this one that is not left out.</summary>
    public bool HasOther(int backend, EndpointState endpoint)
    {
        foreach (var other in Refresh(backend)?.Endpoints ?? [])
        {
            if (!ReferenceEquals(other, endpoint) && !other.Health.IsOut(_nowMilliseconds))
            {
                return true;
            }
        }

        return false;
    }

    public void CountRequest(int backend) => Refresh(backend)?.Retries.CountRequest();

    public bool TryTakeRetry(int backend) => Refresh(backend)?.Retries.TryTake() ?? false;

    public BackendKey? KeyOf(int backend) => sets.Find(backend)?.Backend;

    private EndpointState? Named(BackendState state, ulong key)
    {
        foreach (var endpoint in state.Endpoints)
        {
            if (NameOf(state, endpoint) == key)
            {
                return endpoint.Health.IsOut(_nowMilliseconds) ? null : endpoint;
            }
        }

        foreach (var endpoint in state.Draining)
        {
            if (NameOf(state, endpoint) == key)
            {
                return endpoint.Health.IsOut(_nowMilliseconds) ? null : endpoint;
            }
        }

        return null;
    }

    private static ulong NameOf(BackendState state, EndpointState endpoint) => StableHash.Mix(state.Hash ^ endpoint.Hash);

    private BackendState? Refresh(int backend)
    {
        var set = sets.Find(backend);
        if (set is null)
        {
            return null;
        }

        if ((uint)backend >= (uint)_backends.Length)
        {
            Array.Resize(ref _backends, Math.Max(backend + 1, _backends.Length * 2));
        }

        var state = _backends[backend];
        if (state is null || !ReferenceEquals(state.Source, set))
        {
            _backends[backend] = state = Rebuild(state, set);
        }

        return state;
    }

    private BackendState Rebuild(BackendState? old, BackendEndpoints set)
    {
        var published = set.Ready.Count > 0 ? set.Ready : set.Draining;
        var joins = old is { Endpoints.Length: > 0 };
        var endpoints = Take(published, joins);
        var draining = set.Ready.Count > 0 ? Take(set.Draining, joins) : [];
        GiveBack(old?.Endpoints ?? []);
        GiveBack(old?.Draining ?? []);

        // Loops start at different endpoints, or a few requests over many loops would all meet the first one.
        var turn = old?.Turn ?? loopIndex * Math.Max(1, endpoints.Length) / loopCount;
        return new BackendState(set, endpoints, draining) { Turn = turn, Retries = old?.Retries ?? default };
    }

    private EndpointState[] Take(EquatableArray<Endpoint> published, bool joins)
    {
        var endpoints = new EndpointState[published.Count];
        for (var index = 0; index < endpoints.Length; index++)
        {
            var endpoint = published[index];
            if (!_endpoints.TryGetValue(endpoint, out var state))
            {
                var health = healths.Take(endpoint, _nowMilliseconds, isNew: joins);
                _endpoints[endpoint] = state = new EndpointState(endpoint, health, loopIndex);
            }

            state.Backends++;
            endpoints[index] = state;
        }

        return endpoints;
    }

    private void GiveBack(EndpointState[] endpoints)
    {
        foreach (var gone in endpoints)
        {
            if (--gone.Backends == 0)
            {
                _endpoints.Remove(gone.Endpoint);
                healths.GiveBack(gone.Endpoint);
                retired(gone);
            }
        }
    }

    private sealed class BackendState(BackendEndpoints source, EndpointState[] endpoints, EndpointState[] draining)
    {
        public int Turn;
        public RetryBudget Retries;

        public BackendEndpoints Source { get; } = source;

        public EndpointState[] Endpoints { get; } = endpoints;

        /// <summary>On their way out beside others that are ready: for clients that know them already.</summary>
        public EndpointState[] Draining { get; } = draining;

        public ulong Hash { get; } = StableHash.Of(Encoding.UTF8.GetBytes(source.Backend.ToString()));
    }
}

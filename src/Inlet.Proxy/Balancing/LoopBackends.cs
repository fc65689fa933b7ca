using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// One loop's view of the live endpoints. The published sets are shared and immutable; a loop notices a new one by its
/// reference when the next request asks for that backend, so that publishing waits for nobody.
/// </summary>
internal sealed class LoopBackends(EndpointSets sets, int loopIndex, int loopCount, Action<EndpointState> retired)
{
    private readonly Dictionary<Endpoint, EndpointState> _endpoints = [];
    private BackendState?[] _backends = new BackendState?[64];

    public bool HasReady(int backend) => Refresh(backend) is { Endpoints.Length: > 0 };

    /// <summary>The next endpoint in turn, or null when the backend has none.</summary>
    public EndpointState? Next(int backend)
    {
        var state = Refresh(backend);
        if (state is null || state.Endpoints.Length == 0)
        {
            return null;
        }

        if (state.Turn >= state.Endpoints.Length)
        {
            state.Turn = 0;
        }

        return state.Endpoints[state.Turn++];
    }

    public BackendKey? KeyOf(int backend) => sets.Find(backend)?.Backend;

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
        var endpoints = new EndpointState[set.Ready.Count];
        for (var index = 0; index < endpoints.Length; index++)
        {
            var endpoint = set.Ready[index];
            if (!_endpoints.TryGetValue(endpoint, out var state))
            {
                _endpoints[endpoint] = state = new EndpointState(endpoint);
            }

            state.Backends++;
            endpoints[index] = state;
        }

        foreach (var gone in old?.Endpoints ?? [])
        {
            if (--gone.Backends == 0)
            {
                _endpoints.Remove(gone.Endpoint);
                retired(gone);
            }
        }

        // Loops start at different endpoints, or a few requests over many loops would all meet the first one.
        var turn = old?.Turn ?? loopIndex * Math.Max(1, endpoints.Length) / loopCount;
        return new BackendState(set, endpoints) { Turn = turn };
    }

    private sealed class BackendState(BackendEndpoints source, EndpointState[] endpoints)
    {
        public BackendEndpoints Source { get; } = source;

        public EndpointState[] Endpoints { get; } = endpoints;

        public int Turn { get; set; }
    }
}

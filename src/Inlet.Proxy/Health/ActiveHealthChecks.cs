using Inlet.Model;
using Inlet.Routing;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>Runs one <see cref="BackendHealthCheck"/> per backend whose routes ask for it. Outside of the event loops.</summary>
internal sealed class ActiveHealthChecks(ProxyShared shared, BackendRegistry backends, ILogger logger) : IAsyncDisposable
{
    private readonly Dictionary<(BackendKey Backend, ActiveHealthPolicy Policy, bool Tls), BackendHealthCheck> _running = [];
    private readonly List<Task> _ending = [];
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        // Whether an endpoint is well is asked here; whether it is who it should be, by every request.
        SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
    });

    /// <summary>Starts what the model asks for anew and stops what it no longer asks for. One publisher at a time.</summary>
    public void Follow(RouteModel model)
    {
        var wanted = new HashSet<(BackendKey, ActiveHealthPolicy, bool)>();
        foreach (var host in model.Hosts)
        {
            foreach (var route in host.Routes)
            {
                if (route.Policies.ActiveHealth is { } policy)
                {
                    Add(wanted, route, policy);
                }
            }
        }

        foreach (var (key, check) in _running.Where(running => !wanted.Contains(running.Key)).ToList())
        {
            _running.Remove(key);
            _ending.Add(check.DisposeAsync().AsTask());
        }

        _ending.RemoveAll(static ending => ending.IsCompleted);

        foreach (var key in wanted)
        {
            if (!_running.ContainsKey(key))
            {
                _running[key] = new BackendHealthCheck(shared, backends.Intern(key.Item1), key.Item2, key.Item3, _http, logger);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll([.. _ending, .. _running.Values.Select(static check => check.DisposeAsync().AsTask())]);
        _http.Dispose();
    }

    private static void Add(HashSet<(BackendKey, ActiveHealthPolicy, bool)> wanted, Route route, ActiveHealthPolicy policy)
    {
        var tls = route.Policies.UpstreamTls is not null;
        if (route.Split.Primary is { } primary)
        {
            wanted.Add((primary, policy, tls));
        }

        foreach (var canary in route.Split.Canaries)
        {
            wanted.Add((canary.Backend, policy, tls));
        }
    }
}

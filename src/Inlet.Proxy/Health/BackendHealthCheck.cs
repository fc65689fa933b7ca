using System.Net;
using Inlet.Model;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>Asks the endpoints of one backend in turn, interval by interval, and tells the loops who is down.</summary>
internal sealed class BackendHealthCheck : IAsyncDisposable
{
    private const int AtOnce = 16;

    private readonly ProxyShared _shared;
    private readonly int _backend;
    private readonly ActiveHealthPolicy _policy;
    private readonly bool _tls;
    private readonly HttpMessageInvoker _http;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private Dictionary<Endpoint, Record> _records = [];

    public BackendHealthCheck(ProxyShared shared, int backend, ActiveHealthPolicy policy, bool tls, HttpMessageInvoker http, ILogger logger)
    {
        _shared = shared;
        _backend = backend;
        _policy = policy;
        _tls = tls;
        _http = http;
        _logger = logger;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Also forgets what was found: nobody would find out that an endpoint is well again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await RoundAsync();
                await Task.Delay(_policy.Interval, _shared.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }

        foreach (var endpoint in _records.Keys)
        {
            _shared.Healths.SetDown(endpoint, false);
        }
    }

    private async Task RoundAsync()
    {
        var records = new Dictionary<Endpoint, Record>();
        foreach (var endpoint in _shared.Endpoints.Find(_backend)?.Ready ?? [])
        {
            records[endpoint] = _records.GetValueOrDefault(endpoint) ?? new Record();
        }

        _records = records;
        await Parallel.ForEachAsync(
            records, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = _stop.Token },
            async (entry, cancellation) => Judge(entry.Key, entry.Value, await AskAsync(entry.Key, cancellation)));
    }

    /// <returns>Null when it is well, else what is wrong.</returns>
    private async Task<string?> AskAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_policy.Timeout);
        var address = new IPEndPoint(endpoint.Address, endpoint.Port);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{(_tls ? "https" : "http")}://{address}{_policy.Path}");
        request.Headers.Host = _policy.Host;
        request.Headers.TryAddWithoutValidation("User-Agent", "inlet-health-check");
        try
        {
            using var response = await _http.SendAsync(request, timeout.Token);
            var status = (int)response.StatusCode;
            return status >= _policy.LowestStatus && status <= _policy.HighestStatus ? null : $"status {status}";
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    private void Judge(Endpoint endpoint, Record record, string? problem)
    {
        if (record.Down == (problem is not null))
        {
            record.InARow = 0;
        }
        else if (++record.InARow >= (problem is null ? _policy.HealthyAfter : _policy.UnhealthyAfter))
        {
            record.InARow = 0;
            record.Down = problem is not null;
            ProxyLog.HealthChanged(_logger, endpoint.ToString(), record.Down ? $"down: {problem}" : "well again");
        }

        // Each round anew: the loops may have forgotten the endpoint and taken it up again.
        _shared.Healths.SetDown(endpoint, record.Down);
    }

    private sealed class Record
    {
        public bool Down;
        public int InARow;
    }
}

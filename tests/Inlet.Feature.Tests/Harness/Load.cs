using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Inlet.Feature.Tests.Harness;

/// <summary>Clients that ask one after the other, without a pause, until they are stopped; what was not answered with 200 is kept.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _clients;
    private readonly List<HttpClient> _all = [];
    private int _answered;
    private TimeSpan _slowest;

    /// <summary>Half of the clients keep their connections, half open one for each request; every third request is a POST.</summary>
    public Load(Uri url, int clients)
    {
        for (var number = 0; number < clients; number++)
        {
            _all.Add(new HttpClient(new SocketsHttpHandler
            {
                UseProxy = false,
                PooledConnectionLifetime = number % 2 == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
            })
            { Timeout = TimeSpan.FromSeconds(20) });
        }

        _clients = Task.WhenAll(_all.Select(client => Task.Run(() => AskAsync(client, url))));
    }

    public int Answered => _answered;

    /// <summary>Ends the load once each client has its last answer.</summary>
    public async Task<(int Answered, IReadOnlyCollection<string> Failures, TimeSpan Slowest)> StopAsync()
    {
        await _stop.CancelAsync();
        await _clients;
        return (_answered, _failures, _slowest);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _all.ForEach(static client => client.Dispose());
        _stop.Dispose();
    }

    private async Task AskAsync(HttpClient client, Uri url)
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            using var request = new HttpRequestMessage(number % 3 == 0 ? HttpMethod.Post : HttpMethod.Get, url);
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            try
            {
                using var response = await client.SendAsync(request);
                var body = await response.Content.ReadAsStringAsync();
                Note(request, response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode} {body}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TaskCanceledException)
            {
                Note(request, (e.InnerException ?? e).Message);
            }

            var took = System.Diagnostics.Stopwatch.GetElapsedTime(started);
            _slowest = took > _slowest ? took : _slowest;
        }
    }

    private void Note(HttpRequestMessage request, string? failure)
    {
        if (failure is null)
        {
            Interlocked.Increment(ref _answered);
        }
        else
        {
            _failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {request.Method}: {failure}");
        }
    }
}

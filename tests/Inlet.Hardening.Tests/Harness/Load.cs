using System.Net.Sockets;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests.Harness;

/// <summary>Clients that ask one thing after the other on kept connections, until told to stop.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly int _port;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _clients;
    private int _good;
    private int _truncated;

    public Load(int port, int clients)
    {
        _port = port;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => AskAsync())];
    }

    /// <summary>Answered 200, whole.</summary>
    public int Good => Volatile.Read(ref _good);

    /// <summary>Begun and not ended: the client knows that something is missing.</summary>
    public int Truncated => Volatile.Read(ref _truncated);

    /// <summary>Everything else, by what it was.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Failed { get; } = new();

    /// <summary>Waits for so many more good answers.</summary>
    public async Task GoOnAsync(int requests)
    {
        var until = Good + requests;
        await Wait.UntilAsync(() => Good >= until || !Failed.IsEmpty, $"{requests} more answers");
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await RawClient.ConnectAsync(_port);
                for (var stays = true; stays && !_stop.IsCancellationRequested;)
                {
                    await client.SendAsync("GET /load HTTP/1.1\r\nHost: app.test\r\n\r\n");
                    stays = await ReadAsync(client);
                }
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                Failed.Enqueue(error.Message);
            }
        }
    }

    /// <returns>False when the connection ends behind the answer.</returns>
    private async Task<bool> ReadAsync(RawClient client)
    {
        var head = await client.ReadHeadAsync();
        var status = int.Parse(head.AsSpan(9, 3));
        var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
        try
        {
            await client.ReadExactlyAsync(int.Parse(head[(at + 16)..head.IndexOf("\r\n", at, StringComparison.Ordinal)]));
        }
        catch (IOException)
        {
            Interlocked.Increment(ref _truncated);
            return false;
        }

        if (status == 200)
        {
            Interlocked.Increment(ref _good);
        }
        else
        {
            Failed.Enqueue($"{status}");
        }

        return !head.Contains("Connection: close", StringComparison.Ordinal);
    }
}

using System.Net;
using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

/// <summary>Accepts connections on loopback and lets <c>serve</c> have each; ends them all with itself.</summary>
public sealed class SocketServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Socket, Task> _serve;
    private readonly Task _accepting;
    private int _connections;

    public SocketServer(Func<Socket, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        using (_stop.Token.Register(socket.Dispose))
        {
            try
            {
                await _serve(socket);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException or TimeoutException
                or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }
}

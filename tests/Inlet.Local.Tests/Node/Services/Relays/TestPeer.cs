using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Local.Tests.Node.Services.Relays;

/// <summary>An endpoint on a real socket that does with each connection what the test says; connections are reset when it goes.</summary>
public sealed class TestPeer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<Socket, Task> _serve;
    private readonly ConcurrentBag<Socket> _accepted = [];
    private readonly Task _accepting;
    private int _connections;

    public TestPeer(Func<Socket, Task> serve, Socket? listener = null)
    {
        _serve = serve;
        _listener = listener ?? Listen();
        _accepting = Task.Run(AcceptAsync);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Says <paramref name="name"/> and closes.</summary>
    public static TestPeer Saying(string name, Socket? listener = null) => new(async socket =>
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(name));
        socket.Shutdown(SocketShutdown.Send);
        await socket.ReadToEndAsync();
    }, listener);

    /// <summary>Sends back what it gets until the end, then ends too.</summary>
    public static TestPeer Echoing(Socket? listener = null) => new(async socket =>
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer) is > 0 and var count)
        {
            await socket.SendAllAsync(buffer.AsMemory(0, count));
        }

        socket.Shutdown(SocketShutdown.Send);
    }, listener);

    /// <summary>An address nothing listens on.</summary>
    public static IPEndPoint Nobody()
    {
        using var socket = Listen();
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var socket in _accepted)
        {
            socket.Dispose();
        }

        await _accepting;
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(4096);
        return socket;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _connections);
                _accepted.Add(socket);
                serving.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await _serve(socket);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
            }
        }
    }
}

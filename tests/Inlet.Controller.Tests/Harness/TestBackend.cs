using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Controller.Tests;

/// <summary>A back end on a real socket that answers every request with its name.</summary>
internal sealed class TestBackend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, string?> _answer;
    private readonly Task _accepting;
    private int _requests;

    /// <param name="answer">The whole answer to a request's head; null keeps silent. Without it: 200 and the name.</param>
    public TestBackend(string name, Func<string, string?>? answer = null)
    {
        Name = name;
        _answer = answer ?? (_ => Saying(name));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Name { get; }

    /// <summary>Answers every request with its own head.</summary>
    public static TestBackend Echoing() => new("echo", Saying);

    /// <summary>An answer with this body.</summary>
    public static string Saying(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The last one when it stopped between two accepts.
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var own = socket;
        var buffer = new byte[16 * 1024];
        var have = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(have), _stop.Token) is > 0 and var got)
            {
                have += got;
                while (buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                {
                    // The tests send requests without bodies, or none that comes here.
                    var head = Encoding.Latin1.GetString(buffer, 0, end + 4);
                    buffer.AsSpan(end + 4, have - end - 4).CopyTo(buffer);
                    have -= end + 4;
                    Interlocked.Increment(ref _requests);
                    if (_answer(head) is { } answer)
                    {
                        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
        }
    }
}

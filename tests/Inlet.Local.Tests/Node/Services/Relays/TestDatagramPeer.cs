using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Local.Tests.Node.Services.Relays;

/// <summary>Answers each datagram with its name and what it got.</summary>
public sealed class TestDatagramPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Socket _socket;
    private readonly Task _answering;

    public TestDatagramPeer(string name, Socket? socket = null)
    {
        _socket = socket ?? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (!_socket.IsBound)
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        _answering = Task.Run(() => AnswerAsync(name));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Asks from a new port, again until there is an answer: datagrams may get lost, and endpoints be on their way.</summary>
    public static async Task<string> AskAsync(IPEndPoint to, string text)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        return await AskAsync(socket, to, text);
    }

    public static async Task<string> AskAsync(Socket socket, IPEndPoint to, string text)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var buffer = new byte[65536];
        while (true)
        {
            await socket.SendToAsync(Encoding.ASCII.GetBytes(text), to, patience.Token);
            using var answer = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            answer.CancelAfter(500);
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), answer.Token);
                Assert.Equal(to, received.RemoteEndPoint);
                return Encoding.ASCII.GetString(buffer, 0, received.ReceivedBytes);
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _answering.Wait();
    }

    private async Task AnswerAsync(string name)
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var text = $"{name} {Encoding.ASCII.GetString(buffer, 0, received.ReceivedBytes)}";
                await _socket.SendToAsync(Encoding.ASCII.GetBytes(text), received.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Inlet.Local.Tests.Node.Services.Names;

/// <summary>A resolver that answers every question with 192.0.2.7.</summary>
internal sealed class TestUpstream : IDisposable
{
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _listener;
    private readonly Task _serving;

    public TestUpstream(IPAddress address)
    {
        Address = address;
        _datagrams.Bind(new IPEndPoint(address, 53));
        _listener = new TcpListener(address, 53);
        _listener.Start();
        _serving = Task.WhenAll(Task.Run(ServeDatagramsAsync), Task.Run(ServeStreamsAsync));
    }

    public IPAddress Address { get; }

    public IReadOnlyList<string> Asked => [.. _asked];

    public void Dispose()
    {
        _datagrams.Dispose();
        _listener.Stop();
        _serving.Wait();
    }

    private async Task ServeDatagramsAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var received = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _datagrams.SendToAsync(Answer(buffer[..received.ReceivedBytes]), received.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeStreamsAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync();
                await using var stream = new NetworkStream(socket);
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var query = new byte[(length[0] << 8) | length[1]];
                await stream.ReadExactlyAsync(query);
                var answer = Answer(query);
                await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }
    }

    private byte[] Answer(byte[] query)
    {
        // The query with the response flag, one answer, and the record behind it.
        byte[] answer = [.. query, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
        answer[2] |= 0x80;
        answer[7] = 1;
        var name = TestAnswer.Read(answer).Records[0].Split(' ')[0];
        _asked.Enqueue(name);
        return answer;
    }
}

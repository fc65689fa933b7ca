using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Local.Tests.Node.Services.Relays;

/// <summary>The steps of a conversation over a socket. None waits longer than a minute.</summary>
internal static class SocketSteps
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = new CancellationTokenSource(s_patience);
        await socket.ConnectAsync(to, patience.Token);
        return socket;
    }

    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, patience.Token)..];
        }
    }

    public static Task SendAllAsync(this Socket socket, string text) => socket.SendAllAsync(Encoding.ASCII.GetBytes(text));

    public static async Task<string> ReadToEndAsync(this Socket socket)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var count)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    public static async Task<string> ReadAsync(this Socket socket, int length)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var buffer = new byte[length];
        var at = 0;
        while (at < length && await socket.ReceiveAsync(buffer.AsMemory(at), patience.Token) is > 0 and var count)
        {
            at += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, at);
    }

    /// <summary>Connects, reads all the other says and closes.</summary>
    public static async Task<string> AskAsync(IPEndPoint to)
    {
        using var socket = await ConnectAsync(to);
        return await socket.ReadToEndAsync();
    }

    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inlet.Proxy.Tests;

public sealed record RawResponse(int Status, string Head, string Body);

/// <summary>A client that sends bytes as given and reads responses one by one.</summary>
public sealed class RawClient : IDisposable
{
    private readonly Stream _stream;
    private readonly BufferedStream _reading;

    public RawClient(Stream stream)
    {
        _stream = stream;
        _reading = new BufferedStream(stream, 65536);
    }

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Closes with a reset, as a client that vanished would.</summary>
    public void Reset()
    {
        ((NetworkStream)_stream).Socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void ShutdownSend() => ((NetworkStream)_stream).Socket.Shutdown(SocketShutdown.Send);

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    public async Task<RawResponse> GetAsync(string path = "/", string host = "app.test", string fields = "")
    {
        await SendAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n");
        return await ReadResponseAsync();
    }

    public async Task<RawResponse> ReadResponseAsync(bool toHead = false)
    {
        var head = await ReadHeadAsync();
        var status = int.Parse(head.AsSpan(9, 3));
        if (toHead || status is < 200 or 204 or 304)
        {
            return new RawResponse(status, head, "");
        }

        if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
        {
            var body = new StringBuilder();
            while (true)
            {
                var size = Convert.ToInt32(await ReadLineAsync(), 16);
                body.Append(await ReadExactlyAsync(size));
                // Behind the data an empty line, behind the last chunk trailers first.
                while ((await ReadLineAsync()).TrimEnd('\r').Length > 0)
                {
                }

                if (size == 0)
                {
                    return new RawResponse(status, head, body.ToString());
                }
            }
        }

        var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
        return at < 0
            ? new RawResponse(status, head, await ReadToEndAsync())
            : new RawResponse(status, head, await ReadExactlyAsync(int.Parse(head[(at + 16)..head.IndexOf("\r\n", at, StringComparison.Ordinal)])));
    }

    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append(await ReadLineAsync()).Append("\r\n");
        }

        return head.ToString();
    }

    public async Task<string> ReadExactlyAsync(int length)
    {
        var bytes = new byte[length];
        await _reading.ReadExactlyAsync(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    public async Task<string> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _reading.CopyToAsync(all);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>What came before the end, which may be a reset: a peer that closes with bytes of ours unread sends one.</summary>
    public async Task<string> ReadToEndOrResetAsync()
    {
        using var all = new MemoryStream();
        try
        {
            await _reading.CopyToAsync(all);
        }
        catch (IOException)
        {
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    public void Dispose() => _stream.Dispose();

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _reading.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                return line.ToString(0, line.Length - 1);
            }

            line.Append((char)one[0]);
        }
    }
}

using System.Net.Sockets;
using System.Text;

namespace Inlet.Proxy.Tests;

/// <summary>A back end on a real socket that does to each request exactly what a test says.</summary>
public sealed class RawBackend : IAsyncDisposable
{
    private readonly SocketServer _server;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _requests;

    public RawBackend(Func<BackendConversation, Task> serve) => _server = new SocketServer(socket => serve(new BackendConversation(socket)));

    public int Port => _server.Port;

    /// <summary>Requests read whole by one of the answering back ends.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Completes with the first of <see cref="Requests"/>.</summary>
    public Task Reached => _reached.Task;

    public int Connections => _server.Connections;

    /// <summary>Answers every request on every connection with what <paramref name="answer"/> makes of its head and body.</summary>
    public static RawBackend Answering(Func<string, string, string> answer) =>
        AnsweringAsync((head, body) => Task.FromResult(answer(head, body)));

    /// <inheritdoc cref="Answering"/>
    public static RawBackend AnsweringAsync(Func<string, string, Task<string>> answer)
    {
        RawBackend backend = null!;
        return backend = new RawBackend(async conversation =>
        {
            while (await conversation.ReadRequestAsync() is { } request)
            {
                Interlocked.Increment(ref backend._requests);
                backend._reached.TrySetResult();
                await conversation.WriteAsync(await answer(request.Head, request.Body));
            }
        });
    }

    public static RawBackend Saying(string body) =>
        Answering((_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

public sealed class BackendConversation(Socket socket)
{
    private readonly List<byte> _unread = [];

    public Socket Socket { get; } = socket;

    /// <summary>Read from the socket and not yet asked for.</summary>
    public string Unread => Encoding.Latin1.GetString([.. _unread]);

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes)..];
        }
    }

    /// <summary>Head and decoded body; null when the peer closed.</summary>
    public async Task<(string Head, string Body)?> ReadRequestAsync()
    {
        if (await ReadHeadAsync() is not { } head)
        {
            return null;
        }

        if (head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.Ordinal))
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
                    return (head, body.ToString());
                }
            }
        }

        var at = head.IndexOf("\r\nContent-Length: ", StringComparison.Ordinal);
        var length = at < 0 ? 0 : int.Parse(head[(at + 18)..head.IndexOf("\r\n", at + 2, StringComparison.Ordinal)]);
        return (head, await ReadExactlyAsync(length));
    }

    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _unread]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _unread.RemoveRange(0, end + 4);
                return text[..(end + 4)];
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    public async Task<string> ReadExactlyAsync(int length)
    {
        while (_unread.Count < length)
        {
            if (!await FillAsync())
            {
                throw new IOException($"The peer closed after {_unread.Count} of {length} bytes.");
            }
        }

        var text = Encoding.Latin1.GetString([.. _unread.GetRange(0, length)]);
        _unread.RemoveRange(0, length);
        return text;
    }

    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
        {
            line.Append(await ReadExactlyAsync(1));
        }

        return line.ToString(0, line.Length - 2);
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[65536];
        var count = await Socket.ReceiveAsync(buffer);
        _unread.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}

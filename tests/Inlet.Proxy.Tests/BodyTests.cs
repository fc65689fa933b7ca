using System.Net.Sockets;
using System.Text;

namespace Inlet.Proxy.Tests;

public sealed class BodyTests
{
    private const int Big = 10_000_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Big_response_reaches_a_slow_reader_whole(bool chunked)
    {
        var body = Pattern(Big);
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            if (chunked)
            {
                await conversation.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (var at = 0; at < Big; at += 77_777)
                {
                    var length = Math.Min(77_777, Big - at);
                    await conversation.WriteAsync($"{length:x}\r\n");
                    await conversation.WriteAsync(body.AsMemory(at, length));
                    await conversation.WriteAsync("\r\n");
                }

                await conversation.WriteAsync("0\r\n\r\n");
                return;
            }

            await conversation.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Big}\r\n\r\n");
            await conversation.WriteAsync(body);
        });
        await using var proxy = RunningProxy.To(backend);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpPort, TestContext.Current.CancellationToken);
        using var client = new RawClient(new NetworkStream(socket, ownsSocket: true));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal(Encoding.Latin1.GetString(body), response.Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Big_request_reaches_a_slow_backend_whole(bool chunked)
    {
        var received = new TaskCompletionSource<string>();
        await using var backend = new RawBackend(async conversation =>
        {
            conversation.Socket.ReceiveBufferSize = 128 * 1024;
            var request = await conversation.ReadRequestAsync();
            received.SetResult(request!.Value.Body);
            await conversation.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        var body = Pattern(1_000_000);
        if (chunked)
        {
            await client.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var at = 0; at < body.Length; at += 12_345)
            {
                var length = Math.Min(12_345, body.Length - at);
                await client.SendAsync($"{length:X}\r\n{Encoding.Latin1.GetString(body, at, length)}\r\n");
            }

            await client.SendAsync("0\r\n\r\n");
        }
        else
        {
            await client.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n");
            await client.SendAsync(body);
        }

        Assert.Equal(204, (await client.ReadResponseAsync()).Status);
        Assert.Equal(Encoding.Latin1.GetString(body), await received.Task);
    }

    [Fact]
    public async Task Memory_stays_bounded_when_the_client_does_not_read()
    {
        var sent = 0L;
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            var block = new byte[1 << 20];
            while (true)
            {
                await conversation.WriteAsync(block);
                Interlocked.Add(ref sent, block.Length);
            }
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        while (Interlocked.Read(ref sent) != before);

        // What is under way sits in kernel buffers (some MB on loopback); without back-pressure it would all be here.
        Assert.InRange(before, 0, 100_000_000);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    public async Task Close_delimited_response_is_chunked_to_the_client_and_its_connection_stays(string head)
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync(head + "first ");
            await conversation.WriteAsync("second");
            conversation.Socket.Shutdown(SocketShutdown.Send);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        Assert.Equal("first second", (await client.GetAsync()).Body);
        Assert.Equal("first second", (await client.GetAsync()).Body);
    }

    [Fact]
    public async Task Http10_client_gets_a_chunked_response_without_the_coding_and_a_close()
    {
        await using var backend = RawBackend.Answering((_, _) => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal("abc", response.Body);
        Assert.DoesNotContain("chunked", response.Head, StringComparison.Ordinal);
        Assert.Contains("Connection: close", response.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_204_and_304_have_no_body_and_keep_the_connection()
    {
        await using var backend = RawBackend.Answering((head, _) =>
            head.StartsWith("HEAD", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
            : head.Contains("/304", StringComparison.Ordinal) ? "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"
            : "HTTP/1.1 204 No Content\r\n\r\n");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Contains("Content-Length: 1234\r\n", (await client.ReadResponseAsync(toHead: true)).Head, StringComparison.Ordinal);
        Assert.Equal(304, (await client.GetAsync("/304")).Status);
        Assert.Equal(204, (await client.GetAsync("/204")).Status);
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Expect_100_continue_is_passed_on_and_the_interim_answer_relayed()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            var head = await conversation.ReadHeadAsync();
            Assert.Contains("Expect: 100-continue", head, StringComparison.Ordinal);
            await conversation.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n");
            var body = await conversation.ReadExactlyAsync(5);
            await conversation.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{body}");
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(100, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("hello");
        Assert.Equal("hello", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var backend = RawBackend.Answering((head, body) =>
        {
            var text = head.Split(' ')[1] + body;
            return $"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}";
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        var all = new StringBuilder();
        for (var number = 0; number < 100; number++)
        {
            all.Append($"POST /{number} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n+");
        }

        await client.SendAsync(all.ToString());
        for (var number = 0; number < 100; number++)
        {
            Assert.Equal($"/{number}+", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task Request_and_response_in_single_bytes_are_understood()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            while (await conversation.ReadRequestAsync() is { } request)
            {
                foreach (var character in $"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{request.Body}\r\n0\r\n\r\n")
                {
                    await conversation.WriteAsync(character.ToString());
                }
            }
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 3; count++)
        {
            foreach (var character in "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
            {
                await client.SendAsync(character.ToString());
            }

            var response = await client.ReadResponseAsync();
            Assert.Equal("ok", response.Body);
            Assert.Contains("X-A: b\r\n", response.Head, StringComparison.Ordinal);
        }
    }

    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}

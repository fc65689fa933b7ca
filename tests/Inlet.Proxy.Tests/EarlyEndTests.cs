using System.Net.Sockets;
using System.Text;

namespace Inlet.Proxy.Tests;

/// <summary>Messages that end before, or otherwise than, their sender said.</summary>
public sealed class EarlyEndTests
{
    [Fact]
    public async Task Close_delimited_response_that_is_reset_never_looks_complete()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\n\r\nhalf");
            await conversation.ReadExactlyAsync(1);
            conversation.Socket.LingerState = new LingerOption(true, 0);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        Assert.Contains("Transfer-Encoding: chunked", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal("4\r\nhalf\r\n", await client.ReadExactlyAsync(9));

        // The byte makes the back end reset its connection.
        await client.SendAsync("2\r\nxy\r\n");
        Assert.Equal("", await client.ReadToEndOrResetAsync());
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task Response_that_ends_early_is_passed_on_without_an_end(string head)
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\n" + head);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadHeadAsync();
        var rest = await client.ReadToEndAsync();
        Assert.Contains("half", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("0\r\n\r\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstreams_early_refusal_reaches_a_client_that_is_still_sending()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
            conversation.Socket.Shutdown(SocketShutdown.Send);
            while (await conversation.ReadExactlyAsync(1) is not null)
            {
            }
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
        var block = new byte[100_000];
        for (var count = 0; count < 20; count++)
        {
            await client.SendAsync(block);
        }

        var response = await client.ReadResponseAsync();
        Assert.Equal((413, "big"), (response.Status, response.Body));
        Assert.Contains("Connection: close\r\n", response.Head, StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Our_own_413_reaches_a_client_that_is_still_sending()
    {
        await using var backend = RawBackend.Saying("never");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { MaxRequestBodyBytes = 1000 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
        await client.SendAsync(new byte[2_000_000]);
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Contains("Client 127.0.0.1 was answered 413: request body: 2000000 bytes announced, 0 bytes received, limit 1000", proxy.Log.Lines);
    }

    [Fact]
    public async Task Client_that_vanishes_in_its_body_ends_the_upstreams_request_without_completing_it()
    {
        var seen = new TaskCompletionSource<string>();
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            var text = new StringBuilder();
            try
            {
                while (true)
                {
                    text.Append(await conversation.ReadExactlyAsync(1));
                }
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                seen.SetResult(text.ToString());
            }
        });
        await using var proxy = RunningProxy.To(backend);
        using (var client = await proxy.ConnectAsync())
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            client.ShutdownSend();
            Assert.Equal("3\r\nabc\r\n", await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Flood_of_interim_answers_to_a_client_that_does_not_read_ends_well_and_holds_no_memory()
    {
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            var interim = $"HTTP/1.1 103 Early Hints\r\nLink: {new string('x', 900)}\r\n\r\n";
            for (var count = 0; count < 200; count++)
            {
                await conversation.WriteAsync(string.Concat(Enumerable.Repeat(interim, 60)));
            }

            await conversation.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\nX: {new string('y', 20_000)}\r\n\r\n{new string('z', 60_000)}");
            await conversation.ReadRequestAsync();
        });
        await using var proxy = RunningProxy.To(backend);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpPort, TestContext.Current.CancellationToken);
        using var client = new RawClient(new NetworkStream(socket, ownsSocket: true));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawResponse response;
        do
        {
            response = await client.ReadResponseAsync();
        }
        while (response.Status == 103);

        Assert.Equal((200, 60_000), (response.Status, response.Body.Length));
        Assert.Equal(0, proxy.Server.Metrics.LoopExceptions);
    }
}

using System.Net.Sockets;

namespace Inlet.Proxy.Tests;

/// <summary>Answers before the answer, answers before the request is whole, and what has no body.</summary>
public sealed class InterimTests
{
    [Fact]
    public async Task Interim_answers_are_relayed_in_order_with_their_fields()
    {
        await using var backend = RawBackend.Answering(static (_, _) =>
            "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("HTTP/1.1 102 Processing\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Http10_client_sees_no_interim_answer()
    {
        await using var backend = RawBackend.Answering(static (head, _) =>
            $"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{(head.Contains("Expect", StringComparison.Ordinal) ? 1 : 0)}");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal((200, "0"), (response.Status, response.Body));
    }

    [Fact]
    public async Task Refusal_instead_of_100_continue_ends_the_connection_whose_body_never_came()
    {
        await using var backend = new RawBackend(static async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
            await conversation.ReadExactlyAsync(1);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        var response = await client.ReadResponseAsync();
        Assert.Equal((401, "no"), (response.Status, response.Body));
        Assert.Contains("Connection: close\r\n", response.Head, StringComparison.Ordinal);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Our_own_refusal_of_an_expecting_request_comes_before_its_body()
    {
        await using var backend = RawBackend.Saying("never");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { MaxRequestBodyBytes = 10 });
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
        Assert.Equal(0, backend.Connections);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n")]
    [InlineData("", "")]
    public async Task Head_is_answered_with_the_fields_of_the_get_and_no_body(string fields, string expected)
    {
        await using var backend = RawBackend.Answering((_, _) => $"HTTP/1.1 200 OK\r\n{fields}X-End: 1\r\n\r\n");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 2; count++)
        {
            await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal($"HTTP/1.1 200 OK\r\nX-End: 1\r\n{expected}\r\n", await client.ReadHeadAsync());
        }
    }

    [Fact]
    public async Task Body_behind_an_answer_that_has_none_is_never_taken_for_the_next_answer()
    {
        // The endpoint's mistake: 304 with a body. Whoever reads the connection on reads that body as an answer.
        var answers = new Queue<string>(["HTTP/1.1 304 Not Modified\r\nContent-Length: 40\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"]);
        await using var backend = RawBackend.Answering((_, _) => answers.Dequeue());
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var client = await proxy.ConnectAsync();
        Assert.Equal(304, (await client.GetAsync()).Status);
        Assert.Equal("good", (await client.GetAsync()).Body);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task Endpoint_that_finishes_sending_before_it_has_the_whole_request_still_gets_it()
    {
        var received = new TaskCompletionSource<int>();
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            conversation.Socket.Shutdown(SocketShutdown.Send);
            received.SetResult((await conversation.ReadExactlyAsync(4)).Length);
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
        // No answer at all can come any more.
        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(4, await received.Task);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_though_the_client_has_finished_sending()
    {
        await using var backend = RawBackend.Answering(static (head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{head.Split(' ')[1]}");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
        client.ShutdownSend();
        Assert.Equal("/1", (await client.ReadResponseAsync()).Body);
        Assert.Equal("/2", (await client.ReadResponseAsync()).Body);
        Assert.Equal("/3", (await client.ReadResponseAsync()).Body);
        Assert.Equal("", await client.ReadToEndAsync());
    }
}

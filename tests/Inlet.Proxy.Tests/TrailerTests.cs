using System.Text;

namespace Inlet.Proxy.Tests;

public sealed class TrailerTests
{
    private const string Section = "Grpc-Status: 0\r\nContent-Length: 5\r\nX-Forwarded-For: 192.0.2.1\r\nCookie: a=b\r\nServer-Timing: db;dur=3\r\n\r\n";
    private const string Filtered = "0\r\nGrpc-Status: 0\r\nServer-Timing: db;dur=3\r\n\r\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trailers_of_a_request_reach_the_endpoint_without_what_could_change_its_meaning(bool byteByByte)
    {
        var seen = new TaskCompletionSource<string>();
        await using var backend = new RawBackend(async conversation =>
        {
            var head = await conversation.ReadHeadAsync();
            var body = new StringBuilder();
            while (!body.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                body.Append(await conversation.ReadExactlyAsync(1));
            }

            seen.TrySetResult(head + body);
            await conversation.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
            await conversation.ReadHeadAsync();
            await conversation.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await SendAsync(client.SendAsync, $"POST / HTTP/1.1\r\nHost: a\r\nTrailer: Grpc-Status\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{Section}", byteByByte);
        Assert.Equal(204, (await client.ReadResponseAsync()).Status);
        var request = await seen.Task;
        Assert.Contains("Trailer: Grpc-Status\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("c\r\n" + Filtered, request, StringComparison.Ordinal);
        Assert.Equal(204, (await client.GetAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trailers_of_a_response_reach_the_client_without_what_could_change_its_meaning(bool byteByByte)
    {
        await using var backend = new RawBackend(async conversation =>
        {
            while (await conversation.ReadRequestAsync() is not null)
            {
                await SendAsync(conversation.WriteAsync, $"HTTP/1.1 200 OK\r\nTrailer: Grpc-Status\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{Section}", byteByByte);
            }
        });
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1 });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 2; count++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Contains("Trailer: Grpc-Status\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
            var body = new StringBuilder();
            while (!body.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                body.Append(await client.ReadExactlyAsync(1));
            }

            Assert.EndsWith("c\r\n" + Filtered, body.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Http10_client_gets_the_body_and_no_trailers()
    {
        await using var backend = RawBackend.Answering(static (_, _) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{Section}");
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
    }

    private static async Task SendAsync(Func<string, Task> send, string text, bool byteByByte)
    {
        for (var at = 0; at < text.Length; at += byteByByte ? 1 : text.Length)
        {
            await send(text.Substring(at, byteByByte ? 1 : text.Length));
        }
    }
}

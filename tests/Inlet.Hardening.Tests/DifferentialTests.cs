using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Corpus;
using Inlet.Hardening.Tests.Servers;
using Inlet.Proxy;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>
/// Request smuggling is a disagreement between two servers about where a request ends. Here the proxy talks to real ones: each
/// request it forwards has an id of its own making, so whatever a server believes to have seen without one of these ids, the
/// proxy did not see.
/// </summary>
public sealed class DifferentialTests
{
    private const string Probe = "GET /after HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

    public static TheoryData<string> Servers => [.. RealServer.Names];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task No_server_sees_a_request_that_the_proxy_did_not(string name)
    {
        await using var server = await RealServer.StartAsync(name);
        using var log = new MemoryStream();
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1, AccessLog = new AccessLogOptions(AccessLogFormat.Json, log) });
        var desynchronised = new List<string>();
        await using (proxy)
        {
            proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app")));
            proxy.Endpoints("app", server.Port);
            foreach (var one in RequestCorpus.Names.Select(RequestCorpus.Find))
            {
                foreach (var cut in Cuts(one.Bytes))
                {
                    await TalkAsync(proxy.Server.HttpPort, one.Bytes, cut);
                    // On the connection that the case was sent on, if there is anything left of it.
                    if (!(await TalkAsync(proxy.Server.HttpPort, Encoding.ASCII.GetBytes(Probe), 0)).EndsWith("\r\n\r\nafter", StringComparison.Ordinal))
                    {
                        desynchronised.Add(one.Name);
                    }
                }
            }
        }

        Assert.Empty(desynchronised);
        var forwarded = Forwarded(log);
        var seen = await server.StopAndTellAsync();
        var understood = seen.Where(static request => !request.IsRefusal).ToList();
        Assert.DoesNotContain(understood, request => !forwarded.ContainsKey(request.Id));
        Assert.All(understood, request => Assert.StartsWith(forwarded[request.Id] + " ", request.Rest, StringComparison.Ordinal));
        // Nor may one request become two; only what met a closed connection was sent again.
        var distinct = understood.DistinctBy(static request => request.Id).Count();
        Assert.InRange(understood.Count - distinct, 0, proxy.Server.Metrics.UpstreamReplays);
        // What a server refused must be one of ours that it knows no method, host or path like.
        Assert.InRange(seen.Count - understood.Count, 0, forwarded.Count - distinct);
        Assert.InRange(distinct, RequestCorpus.Names.Count(), forwarded.Count);
    }

    /// <summary>The test above is worth something only if it catches a front that reads otherwise than what is behind it.</summary>
    [Theory]
    [InlineData("nginx")]
    [InlineData("node")]
    public async Task Front_that_knows_no_chunked_coding_is_caught(string name)
    {
        await using var server = await RealServer.StartAsync(name);
        const string smuggled = "POST / HTTP/1.1\r\nHost: a.test\r\nX-Request-ID: known\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a.test\r\n\r\n";
        // To such a front the second request is the first one's body.
        await TalkAsync(server.Port, Encoding.ASCII.GetBytes(smuggled), 0);

        var seen = await server.StopAndTellAsync();
        Assert.Equal(["known", "-"], seen.Select(static request => request.Id));
    }

    private static IEnumerable<int> Cuts(byte[] bytes) => bytes.Length < 20_000 ? [0, bytes.Length / 2] : [0];

    /// <summary>Method by id, of every request that went to the server.</summary>
    private static Dictionary<string, string> Forwarded(MemoryStream log) =>
        Encoding.UTF8.GetString(log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonNode.Parse(line)!.AsObject())
            .Where(static line => line.ContainsKey("endpoint"))
            .ToDictionary(static line => (string)line["request_id"]!, static line => (string)line["method"]!);

    /// <summary>Sends, ends, and reads all that comes back: the proxy answers what it has and then closes.</summary>
    private static async Task<string> TalkAsync(int port, byte[] bytes, int cut)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var answer = new MemoryStream();
        try
        {
            await SendAllAsync(socket, bytes.AsMemory(0, cut));
            await SendAllAsync(socket, bytes.AsMemory(cut));
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[65536];
            for (int count; (count = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                answer.Write(buffer.AsSpan(0, count));
            }
        }
        catch (SocketException)
        {
            // Refused with bytes of ours unread.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
        }
    }
}

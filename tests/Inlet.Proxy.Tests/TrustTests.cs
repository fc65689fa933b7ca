using System.Net;
using System.Net.Security;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

/// <summary>Whose word is taken for who the client is.</summary>
public sealed class TrustTests
{
    private static readonly EquatableArray<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8")];

    [Fact]
    public async Task Untrusted_peer_speaks_for_nobody()
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend);
        using var client = await proxy.ConnectAsync();
        var seen = (await client.GetAsync(fields: "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n")).Body;
        Assert.DoesNotContain("6.6.6.6", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-For: 127.0.0.1\r\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trusted_peer_is_continued_and_the_client_is_the_last_address_it_vouches_for()
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { TrustedPeers = Loopback, SendForwarded = true });
        using var client = await proxy.ConnectAsync();
        var seen = (await client.GetAsync(fields: "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=203.0.113.9\r\n")).Body;
        Assert.Contains("X-Forwarded-For: 6.6.6.6, 203.0.113.9, 127.0.0.1\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Real-IP: 203.0.113.9\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: https\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("Forwarded: for=203.0.113.9\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("Forwarded: for=127.0.0.1;host=\"app.test\";proto=http\r\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Real-IP: 5.5.5.5\r\n", (await client.GetAsync(fields: "X-Real-IP: 5.5.5.5\r\n")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 1234 8443\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\xc6\x33\x64\x02\x04\xd2\x20\xfb")]
    public async Task Proxy_protocol_names_the_client_and_its_port_however_it_is_cut(string header)
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { TrustedPeers = Loopback, ProxyProtocol = true });
        foreach (var bytes in new[] { 1, 7, 1000 })
        {
            using var client = await proxy.ConnectAsync();
            for (var at = 0; at < header.Length; at += bytes)
            {
                await client.SendAsync(header.Substring(at, Math.Min(bytes, header.Length - at)));
            }

            var seen = (await client.GetAsync(fields: "X-Forwarded-For: 6.6.6.6\r\n")).Body;
            Assert.Contains("X-Forwarded-For: 203.0.113.9\r\n", seen, StringComparison.Ordinal);
            Assert.Contains("X-Forwarded-Port: 8443\r\n", seen, StringComparison.Ordinal);
            Assert.Contains("X-Forwarded-For: 203.0.113.9\r\n", (await client.GetAsync()).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Proxy_protocol_comes_before_tls()
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { TrustedPeers = Loopback, ProxyProtocol = true });
        var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, proxy.Server.HttpsPort, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync("PROXY TCP4 203.0.113.9 198.51.100.2 1234 443\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream(), false, static (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync("a.test");
        using var client = new RawClient(tls);
        Assert.Contains("X-Real-IP: 203.0.113.9\r\n", (await client.GetAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trusted_peer_without_the_header_is_closed_and_an_untrusted_one_with_it_is_refused()
    {
        await using var backend = Mirror();
        await using var strict = RunningProxy.To(backend, new ProxyOptions { TrustedPeers = Loopback, ProxyProtocol = true });
        using var without = await strict.ConnectAsync();
        await without.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("", await without.ReadToEndOrResetAsync());
        await using var stranger = RunningProxy.To(backend, new ProxyOptions { TrustedPeers = [IPNetwork.Parse("10.0.0.0/8")], ProxyProtocol = true });
        using var with = await stranger.ConnectAsync();
        await with.SendAsync("PROXY TCP4 203.0.113.9 198.51.100.2 1234 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(400, (await with.ReadResponseAsync()).Status);
    }

    private static RawBackend Mirror() =>
        RawBackend.Answering(static (head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
}

using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class TlsTests
{
    [Fact]
    public async Task Certificate_is_chosen_by_sni_exact_then_wildcard_then_default()
    {
        await using var backend = RawBackend.Answering((head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");
        await using var proxy = RunningProxy.To(backend);
        proxy.Publish(Host("www.app.test", Make("exact", "one")), Host("*.app.test", Make("wild", "two")), RunningProxy.Host("", RunningProxy.RouteTo("app")));
        foreach (var (sni, subject) in new[]
        {
            ("www.app.test", "CN=exact"), ("WWW.app.test", "CN=exact"), ("x.app.test", "CN=wild"), ("x.y.app.test", "CN=Inlet Default Certificate"),
            ("other.test", "CN=Inlet Default Certificate"),
        })
        {
            using var client = await ConnectAsync(proxy, sni);
            Assert.Equal(subject, client.Subject);
            var response = await client.Http.GetAsync(host: "www.app.test");
            Assert.Equal(200, response.Status);
            Assert.Contains("X-Forwarded-Proto: https\r\n", response.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Replaced_certificate_serves_new_connections_while_old_ones_go_on(SslProtocols protocol)
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        proxy.Publish(Host("a.test", Make("old", "s", rsa: true)));
        using var before = await ConnectAsync(proxy, "a.test", protocol);
        proxy.Publish(Host("a.test", Make("new", "s")));
        using var after = await ConnectAsync(proxy, "a.test", protocol);
        Assert.Equal("CN=old", before.Subject);
        Assert.Equal("CN=new", after.Subject);
        Assert.Equal(200, (await before.Http.GetAsync(host: "a.test")).Status);
        Assert.Equal(200, (await after.Http.GetAsync(host: "a.test")).Status);
    }

    [Fact]
    public async Task Certificate_that_does_not_parse_keeps_the_last_good_one_and_says_so()
    {
        await using var proxy = new RunningProxy();
        var good = Make("good", "s");
        Assert.Empty(proxy.Publish(Host("a.test", good)));
        var verdict = Assert.Single(proxy.Publish(Host("a.test", good with { ChainPem = "rubbish" })));
        Assert.Equal(("CertificateInvalid", good.Source), (verdict.Code, verdict.Object));
        using var client = await ConnectAsync(proxy, "a.test");
        Assert.Equal("CN=good", client.Subject);
        Assert.Contains("does not belong", Assert.Single(proxy.Publish(Host("a.test", good with { KeyPem = Make("x", "y").KeyPem }))).Message,
            StringComparison.Ordinal);
        Assert.Single(proxy.Publish(Host("a.test", good with { Source = new ObjectReference("Secret", "d", "never-good"), KeyPem = "" })));
    }

    [Fact]
    public async Task Big_body_passes_through_tls_to_a_slow_reader()
    {
        var body = new string('x', 3_000_000);
        await using var backend = RawBackend.Saying(body);
        await using var proxy = RunningProxy.To(backend);
        using var client = await ConnectAsync(proxy, "a.test");
        for (var count = 0; count < 2; count++)
        {
            Assert.Equal(body, (await client.Http.GetAsync()).Body);
        }
    }

    [Theory]
    [InlineData(100, 7)]
    [InlineData(3, 5_000)]
    [InlineData(200, 16_384)]
    [InlineData(40, 60_000)]
    public async Task Body_in_records_of_any_size_is_taken_to_its_end(int records, int recordBytes)
    {
        await using var backend = RawBackend.Answering((_, body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var proxy = RunningProxy.To(backend);
        using var client = await ConnectAsync(proxy, "a.test");
        var record = new string('r', recordBytes);
        for (var request = 0; request < 2; request++)
        {
            await client.Http.SendAsync($"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: {records * recordBytes}\r\n\r\n");
            for (var sent = 0; sent < records; sent++)
            {
                await client.Http.SendAsync(record);
            }

            Assert.Equal(records * recordBytes, (await client.Http.ReadResponseAsync()).Body.Length);
        }
    }

    [Fact]
    public async Task Records_behind_one_that_came_in_two_parts_are_taken_at_once()
    {
        const int Records = 20;
        var headSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = new RawBackend(async conversation =>
        {
            await conversation.ReadHeadAsync();
            await conversation.ReadExactlyAsync(7);
            headSeen.SetResult();
            var body = await conversation.ReadExactlyAsync((Records - 1) * 7);
            await conversation.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        await using var proxy = RunningProxy.To(backend);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        await using var held = new HoldingStream(new NetworkStream(socket));
        await using var tls = new SslStream(held, false, static (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync("a.test");
        using var http = new RawClient(tls);
        held.Holds = true;
        await http.SendAsync($"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: {Records * 7}\r\n\r\nrrrrrrr");
        await held.LetGoAsync();
        await headSeen.Task.WaitAsync(TimeSpan.FromSeconds(20));
        for (var count = 1; count < Records; count++)
        {
            await http.SendAsync("rrrrrrr");
        }

        // The head of a record and a little of its body; then its rest and all others while the proxy waits for that.
        await held.LetGoAsync(15);
        await PassAsync(proxy);
        await held.LetGoAsync();

        Assert.Equal((Records - 1) * 7, (await http.ReadResponseAsync().WaitAsync(TimeSpan.FromSeconds(20))).Body.Length);
    }

    [Fact]
    public async Task First_request_of_a_client_with_nagles_algorithm_does_not_wait_for_a_delayed_acknowledgement()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend);
        proxy.Publish(Host("a.test", Make("a", "s")));
        var fastest = TimeSpan.MaxValue;
        for (var count = 0; count < 20; count++)
        {
            using var client = await ConnectAsync(proxy, "a.test", SslProtocols.Tls13);
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(200, (await client.Http.GetAsync(host: "a.test")).Status);
            var took = Stopwatch.GetElapsedTime(started);
            fastest = took < fastest ? took : fastest;
        }

        // The kernel delays by about 40 ms, every time: the fastest of many tells it apart on the busiest machine.
        Assert.True(fastest < TimeSpan.FromMilliseconds(30), $"the fastest of 20 took {fastest.TotalMilliseconds:F1} ms");
    }

    [Fact]
    public async Task Plain_http_is_redirected_when_the_host_has_a_certificate_also_without_endpoints()
    {
        await using var proxy = new RunningProxy(new ProxyOptions { RedirectHttpsPort = 30443 });
        var route = RunningProxy.RouteTo("app", redirect: TlsRedirectPolicy.WhenHostHasCertificate);
        proxy.Publish(
            new HostModel("a.test", [route], [Make("a", "s")]),
            RunningProxy.Host("plain.test", route),
            RunningProxy.Host("always.test", RunningProxy.RouteTo("app", redirect: TlsRedirectPolicy.Always)));
        using var client = await proxy.ConnectAsync();
        var redirect = await client.GetAsync("/x/../y?q=%20", "a.test:8080");
        Assert.Equal(308, redirect.Status);
        Assert.Contains("Location: https://a.test:30443/x/../y?q=%20\r\n", redirect.Head, StringComparison.Ordinal);
        Assert.Equal(503, (await client.GetAsync(host: "plain.test")).Status);
        Assert.Equal(308, (await client.GetAsync(host: "always.test")).Status);
        using var tls = await ConnectAsync(proxy, "a.test");
        Assert.Equal(503, (await tls.Http.GetAsync(host: "a.test")).Status);
    }

    [Fact]
    public async Task Redirect_goes_to_the_https_port_that_belongs_to_the_port_the_client_used()
    {
        await using var proxy = new RunningProxy();
        proxy.Publish(RunningProxy.Host("www.app.test", RunningProxy.RouteTo("app", redirect: TlsRedirectPolicy.Always)));
        proxy.Server.PublishRedirectPorts(new Dictionary<int, int> { [30431] = 30443, [8080] = 443 });
        using var client = await proxy.ConnectAsync();
        foreach (var (host, location) in new[]
        {
            ("www.app.test:30431", "https://www.app.test:30443/x?y"), ("www.app.test:8080", "https://www.app.test/x?y"),
            ("www.app.test", "https://www.app.test/x?y"), ("www.app.test:1", "https://www.app.test/x?y"), ("www.app.test:", "https://www.app.test/x?y"),
        })
        {
            var redirect = await client.GetAsync("/x?y", host);
            Assert.Equal(308, redirect.Status);
            Assert.Contains($"Location: {location}\r\n", redirect.Head, StringComparison.Ordinal);
        }

        proxy.Server.PublishRedirectPorts(new Dictionary<int, int>());
        Assert.Contains("Location: https://www.app.test/\r\n", (await client.GetAsync("/", "www.app.test:30431")).Head, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => proxy.Server.PublishRedirectPorts(new Dictionary<int, int> { [0] = 443 }));
    }

    private static HostModel Host(string host, CertificateMaterial certificate) => new(host, [RunningProxy.RouteTo("app")], [certificate]);

    private static CertificateMaterial Make(string subject, string secret, bool rsa = false)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsaKey
            ? new CertificateRequest($"CN={subject}", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={subject}", (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new CertificateMaterial(
            new ObjectReference("Secret", "default", secret), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>What was sent before has been seen by the loop when a request sent after it is answered.</summary>
    private static async Task PassAsync(RunningProxy proxy)
    {
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Assert.NotEqual(200, (await client.ReadResponseAsync()).Status);
    }

    private static async Task<TlsClient> ConnectAsync(RunningProxy proxy, string sni, SslProtocols protocol = SslProtocols.None)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, static (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = sni,
            EnabledSslProtocols = protocol,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
        Assert.Equal(SslApplicationProtocol.Http11, stream.NegotiatedApplicationProtocol);
        return new TlsClient(stream, stream.RemoteCertificate!.Subject);
    }

    private sealed record TlsClient(SslStream Stream, string Subject) : IDisposable
    {
        public RawClient Http { get; } = new(Stream);

        public void Dispose() => Stream.Dispose();
    }
}

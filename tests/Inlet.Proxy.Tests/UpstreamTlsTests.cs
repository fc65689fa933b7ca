using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class UpstreamTlsTests : IDisposable
{
    private static readonly UpstreamTlsPolicy Plain = new(RunningProxy.Source);
    private readonly TestAuthority _authority = new("upstreams");

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Endpoint_is_reached_over_tls_on_kept_connections()
    {
        using var certificate = _authority.Issue("CN=back");
        await using var backend = new TlsBackend(certificate);
        await using var proxy = With(backend, Plain);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 20; count++)
        {
            var response = await client.GetAsync("/x");
            Assert.Equal(200, response.Status);
            Assert.Contains("GET /x HTTP/1.1", response.Body, StringComparison.Ordinal);
            Assert.StartsWith("sni=;client=;", response.Body);
        }

        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("back.test", true, true, 200)]
    [InlineData("other.test", true, true, 502)]
    [InlineData("back.test", false, true, 502)]
    [InlineData("127.0.0.1", true, true, 200)]
    [InlineData("other.test", false, false, 200)]
    public async Task Certificate_must_lead_to_the_authority_and_bear_the_name(string name, bool knownAuthority, bool verify, int status)
    {
        using var stranger = new TestAuthority("upstreams");
        using var certificate = (knownAuthority ? _authority : stranger).Issue("CN=back", "back.test", "127.0.0.1");
        await using var backend = new TlsBackend(certificate);
        await using var proxy = With(backend, Plain with { ServerName = name, Verify = verify, CaPem = _authority.Pem });
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 2; count++)
        {
            var response = await client.GetAsync();
            Assert.Equal(status, response.Status);
            Assert.True(status != 200 || response.Body.Contains(name == "127.0.0.1" ? "sni=;" : $"sni={name};", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_3 -num_tickets 0", false)]
    public async Task Session_of_an_endpoint_is_taken_up_again_on_its_next_connection(string server, bool resumes)
    {
        using var openssl = new OpenSslTool();
        using var certificate = _authority.Issue("CN=back", "back.test");
        var material = TestAuthority.Material(certificate);
        openssl.Write("chain.pem", material.ChainPem);
        openssl.Write("key.pem", material.KeyPem);
        // Answers each request with what it knows of the session, and closes.
        using var process = openssl.Start($"s_server -accept 127.0.0.1:0 -cert chain.pem -key key.pem -www {server}");
        try
        {
            var line = "";
            while (!line.StartsWith("ACCEPT ", StringComparison.Ordinal))
            {
                line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new IOException(await process.StandardError.ReadToEndAsync());
            }

            await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
            proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
            {
                Policies = new RoutePolicies { UpstreamTls = Plain with { ServerName = "back.test", Verify = true, CaPem = _authority.Pem } },
            }));
            proxy.Endpoints("app", int.Parse(line.AsSpan(line.LastIndexOf(':') + 1)));
            using var client = await proxy.ConnectAsync();
            Assert.Contains("New, TLS", (await client.GetAsync()).Body, StringComparison.Ordinal);
            for (var count = 0; count < 2; count++)
            {
                Assert.Contains(resumes ? "Reused, TLS" : "New, TLS", (await client.GetAsync()).Body, StringComparison.Ordinal);
            }

            Assert.Equal(resumes ? 2 : 0, proxy.Server.Metrics.UpstreamResumptions);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task Own_certificate_is_shown_to_an_endpoint_that_asks()
    {
        using var certificate = _authority.Issue("CN=back");
        using var own = _authority.Issue("CN=inlet");
        await using var backend = new TlsBackend(certificate, askForCertificate: true);
        await using var proxy = With(backend, Plain with { ClientCertificate = TestAuthority.Material(own) });
        using var client = await proxy.ConnectAsync();
        Assert.Contains("client=CN=inlet;", (await client.GetAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_that_cannot_be_used_closes_its_routes_and_no_others()
    {
        using var certificate = _authority.Issue("CN=back");
        await using var backend = new TlsBackend(certificate);
        await using var proxy = new RunningProxy();
        var verdicts = proxy.Publish(
            RunningProxy.Host("bad.test", Route(Plain with { Verify = true, ServerName = "x", CaPem = "rubbish" })),
            RunningProxy.Host("worse.test", Route(Plain with { Verify = true, CaPem = _authority.Pem })),
            RunningProxy.Host("good.test", Route(Plain)));
        proxy.Endpoints("app", backend.Port);
        Assert.Equal(["UpstreamTlsInvalid", "UpstreamTlsInvalid"], verdicts.Select(static verdict => verdict.Code));
        using var client = await proxy.ConnectAsync();
        Assert.Equal(503, (await client.GetAsync(host: "bad.test")).Status);
        Assert.Equal(503, (await client.GetAsync(host: "worse.test")).Status);
        Assert.Equal(200, (await client.GetAsync(host: "good.test")).Status);
    }

    [Fact]
    public async Task Endpoint_that_speaks_no_tls_is_502_and_never_gets_the_request()
    {
        await using var backend = RawBackend.Saying("plain");
        await using var proxy = new RunningProxy();
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            Policies = new RoutePolicies { UpstreamTls = Plain, Timeouts = new TimeoutPolicy(Connect: TimeSpan.FromMilliseconds(200)) },
        }));
        proxy.Endpoints("app", backend.Port);
        using var client = await proxy.ConnectAsync();
        var answer = client.GetAsync();
        // The back end waits for a head that never comes; the handshake's time is the connect's.
        Assert.Contains((await answer).Status, new[] { 502, 504 });
        Assert.Equal(0, backend.Requests);
    }

    [Theory]
    [InlineData(true, true, null, 200)]
    [InlineData(false, true, null, 502)]
    [InlineData(true, false, "ECDHE-ECDSA-AES256-GCM-SHA384", 200)]
    [InlineData(true, false, "ECDHE-RSA-AES256-GCM-SHA384", 502)]
    public async Task Versions_and_ciphers_are_those_of_the_policy(bool tls12, bool tls13, string? ciphers, int status)
    {
        using var certificate = _authority.Issue("CN=back");
        // Its key is ECDSA, and it speaks 1.2 only.
        await using var backend = new TlsBackend(certificate, protocols: System.Security.Authentication.SslProtocols.Tls12);
        await using var proxy = With(backend, Plain with { Tls12 = tls12, Tls13 = tls13, Ciphers = ciphers });
        using var client = await proxy.ConnectAsync();

        Assert.Equal(status, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Ciphers_that_nobody_knows_close_the_route()
    {
        await using var proxy = new RunningProxy();
        Assert.Equal("UpstreamTlsInvalid", Assert.Single(proxy.Publish(RunningProxy.Host("", Route(Plain with { Ciphers = "NO-SUCH-CIPHER" })))).Code);
        using var client = await proxy.ConnectAsync();
        Assert.Equal(503, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Plain_request_stays_plain_where_the_clients_protocol_decides()
    {
        await using var backend = RawBackend.Saying("plain");
        await using var proxy = new RunningProxy();
        proxy.Publish(RunningProxy.Host("", Route(Plain with { AsClient = true })));
        proxy.Endpoints("app", backend.Port);
        using var client = await proxy.ConnectAsync();

        Assert.Equal("plain", (await client.GetAsync()).Body);
    }

    private static Route Route(UpstreamTlsPolicy policy) =>
        RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { UpstreamTls = policy } };

    private static RunningProxy With(TlsBackend backend, UpstreamTlsPolicy policy)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        Assert.Empty(proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { UpstreamTls = policy } })));
        proxy.Endpoints("app", backend.Port);
        return proxy;
    }
}

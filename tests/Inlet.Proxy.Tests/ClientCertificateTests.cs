using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new("clients");
    private readonly TestAuthority _stranger = new("clients");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData(ClientCertificateMode.Required, "good", 200, "SUCCESS")]
    [InlineData(ClientCertificateMode.Required, "bad", 400, "")]
    [InlineData(ClientCertificateMode.Required, "none", 400, "")]
    [InlineData(ClientCertificateMode.Optional, "good", 200, "SUCCESS")]
    [InlineData(ClientCertificateMode.Optional, "bad", 400, "")]
    [InlineData(ClientCertificateMode.Optional, "none", 200, "NONE")]
    [InlineData(ClientCertificateMode.OptionalUnverified, "bad", 200, "FAILED:")]
    [InlineData(ClientCertificateMode.OptionalUnverified, "none", 200, "NONE")]
    public async Task Mode_decides_who_passes_and_the_endpoint_is_told(ClientCertificateMode mode, string kind, int status, string verify)
    {
        await using var backend = Mirror();
        await using var proxy = Asking(backend, mode);
        using var certificate = kind switch
        {
            "good" => _authority.Issue("CN=alice,O=a team"),
            "bad" => _stranger.Issue("CN=mallory"),
            _ => null,
        };
        foreach (var protocol in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            using var client = await ConnectAsync(proxy, "mtls.test", certificate, protocol);
            var response = await client.GetAsync(host: "mtls.test", fields: "ssl-client-verify: SUCCESS\r\nssl-client-subject-dn: CN=root\r\n");
            Assert.Equal(status, response.Status);
            if (status == 200)
            {
                Assert.Contains($"ssl-client-verify: {verify}", response.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("CN=root", response.Body, StringComparison.Ordinal);
                Assert.Equal(kind == "good", response.Body.Contains("ssl-client-subject-dn: O=a team,CN=alice\r\n", StringComparison.Ordinal)
                    || response.Body.Contains("ssl-client-subject-dn: CN=alice,O=a team\r\n", StringComparison.Ordinal));
                Assert.Equal(kind != "none", response.Body.Contains("ssl-client-cert: -----BEGIN%20CERTIFICATE-----%0A", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData(ClientCertificateMode.Required, "CN=alice,O=team", 200)]
    [InlineData(ClientCertificateMode.Required, "CN=alice2", 200)]
    [InlineData(ClientCertificateMode.Required, "CN=bob", 403)]
    [InlineData(ClientCertificateMode.Required, "CN=Alice", 403)]
    [InlineData(ClientCertificateMode.Optional, null, 403)]
    public async Task Subject_has_to_match_the_pattern(ClientCertificateMode mode, string? subject, int status)
    {
        await using var backend = Mirror();
        await using var proxy = Asking(backend, mode, static policy => policy with { SubjectPattern = "CN=(alice|carol)" });
        using var certificate = subject is null ? null : _authority.Issue(subject);
        using var client = await ConnectAsync(proxy, "mtls.test", certificate);

        Assert.Equal(status, (await client.GetAsync(host: "mtls.test")).Status);
        Assert.Equal(status == 200 ? 1 : 0, backend.Requests);
    }

    [Theory]
    [InlineData("good", 200)]
    [InlineData("bad", 302)]
    [InlineData("none", 302)]
    public async Task Without_a_good_certificate_the_error_page_is_where_to_go(string kind, int status)
    {
        await using var backend = Mirror();
        await using var proxy = Asking(backend, ClientCertificateMode.Required, static policy => policy with { ErrorPage = "https://help.test/no" });
        using var certificate = kind switch { "good" => _authority.Issue("CN=alice"), "bad" => _stranger.Issue("CN=mallory"), _ => null };
        using var client = await ConnectAsync(proxy, "mtls.test", certificate);

        var answer = await client.GetAsync(host: "mtls.test");
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 302, answer.Head.Contains("\r\nLocation: https://help.test/no\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificate_that_was_called_back_does_not_pass()
    {
        using var good = _authority.Issue("CN=alice");
        using var bad = _authority.Issue("CN=mallory");
        await using var backend = Mirror();
        await using var proxy = Asking(backend, ClientCertificateMode.Required, policy => policy with { CrlPem = _authority.CallBack(bad) });
        foreach (var (certificate, status) in new[] { (good, 200), (bad, 400) })
        {
            using var client = await ConnectAsync(proxy, "mtls.test", certificate);
            Assert.Equal(status, (await client.GetAsync(host: "mtls.test")).Status);
        }
    }

    [Fact]
    public async Task Handshake_for_another_host_is_misdirected()
    {
        await using var backend = Mirror();
        await using var proxy = Asking(backend, ClientCertificateMode.Optional);
        foreach (var sni in new[] { "open.test", "unknown.test" })
        {
            using var client = await ConnectAsync(proxy, sni, null);
            Assert.Equal(421, (await client.GetAsync(host: "mtls.test")).Status);
            Assert.Equal(200, (await client.GetAsync(host: "open.test")).Status);
        }

        // The other way round nothing is lost: the open host asks for less.
        using var strict = await ConnectAsync(proxy, "mtls.test", null);
        var seen = await strict.GetAsync(host: "open.test");
        Assert.Equal(200, seen.Status);
        Assert.DoesNotContain("ssl-client", seen.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_never_reaches_the_endpoint()
    {
        await using var backend = Mirror();
        await using var proxy = Asking(backend, ClientCertificateMode.Optional);
        using var client = await proxy.ConnectAsync();
        Assert.Equal(403, (await client.GetAsync(host: "mtls.test")).Status);
        Assert.Equal(308, (await client.GetAsync("/redirected", "mtls.test")).Status);
        Assert.Equal(0, backend.Requests);
    }

    [Fact]
    public async Task Bundle_that_does_not_parse_closes_the_host_and_says_so()
    {
        await using var backend = Mirror();
        await using var proxy = new RunningProxy();
        proxy.Endpoints("app", backend.Port);
        var policy = new ClientCertificatePolicy(ClientCertificateMode.Optional, "rubbish", new ObjectReference("Secret", "default", "ca"));
        var verdict = Assert.Single(proxy.Publish(RunningProxy.Host("mtls.test", RunningProxy.RouteTo("app")) with { ClientCertificates = policy }));
        Assert.Equal("ClientCaInvalid", verdict.Code);
        using var client = await ConnectAsync(proxy, "mtls.test", null);
        Assert.Equal(503, (await client.GetAsync(host: "mtls.test")).Status);
        Assert.Equal(0, backend.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Session_is_taken_up_again_only_where_tickets_are_on(bool tickets)
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, SessionTickets = tickets });
        var resumed = await OpenSslResumesAsync(proxy.Server.HttpsPort);
        Assert.Equal(tickets, resumed);
    }

    [Fact]
    public async Task Changed_ticket_keys_end_old_sessions_and_begin_new_ones()
    {
        await using var backend = Mirror();
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { Loops = 1, SessionTickets = true });
        Assert.False(await OpenSslResumesAsync(proxy.Server.HttpsPort, between: () => proxy.Server.Shared.Tls!.RotateTicketKeys()));
        Assert.True(await OpenSslResumesAsync(proxy.Server.HttpsPort));
    }

    /// <summary>.NET does not tell whether a session was taken up again; the openssl program does.</summary>
    private static async Task<bool> OpenSslResumesAsync(int port, Action? between = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"inlet-session-{Guid.NewGuid():N}");
        try
        {
            await OpenSslAsync(port, $"-sess_out {file}");
            between?.Invoke();
            return File.Exists(file) && (await OpenSslAsync(port, $"-sess_in {file}")).Contains("Reused, ", StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> OpenSslAsync(int port, string arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "openssl", $"s_client -connect 127.0.0.1:{port} -servername a.test -tls1_2 {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        await process.StandardInput.FlushAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        await errors;
        await process.WaitForExitAsync();
        return output;
    }

    private RunningProxy Asking(RawBackend backend, ClientCertificateMode mode, Func<ClientCertificatePolicy, ClientCertificatePolicy>? with = null)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", backend.Port);
        var policy = new ClientCertificatePolicy(mode, _authority.Pem, new ObjectReference("Secret", "default", "ca")) { PassCertificate = true };
        policy = with?.Invoke(policy) ?? policy;
        Assert.Empty(proxy.Publish(
            RunningProxy.Host(
                "mtls.test", RunningProxy.RouteTo("app"), RunningProxy.RouteTo("app", "/redirected", TlsRedirectPolicy.Always)) with
            { ClientCertificates = policy },
            RunningProxy.Host("open.test", RunningProxy.RouteTo("app"))));
        return proxy;
    }

    private static RawBackend Mirror() =>
        RawBackend.Answering(static (head, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\n\r\n{head}");

    private static async Task<RawClient> ConnectAsync(
        RunningProxy proxy, string sni, X509Certificate2? certificate, SslProtocols protocol = SslProtocols.None)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, static (_, server, _, _) => server is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = sni,
            EnabledSslProtocols = protocol,
            ClientCertificates = certificate is null ? null : [certificate],
            // As a client that sends what it has, whatever issuers the server names.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        });
        return new RawClient(stream);
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Inlet.Kubernetes.Tests;

public sealed class TlsTests
{
    [Theory]
    [InlineData("127.0.0.1", true, null, true)]
    [InlineData("127.0.0.1", false, null, false)]
    [InlineData("10.0.0.1", true, null, false)]
    [InlineData("kubernetes", true, "kubernetes", true)]
    public async Task Server_is_believed_by_the_clusters_authority_and_name(string certified, bool ourAuthority, string? expectedName, bool believed)
    {
        using var authority = Authority();
        using var stranger = Authority();
        using var certificate = Issue(authority, certified);
        await using var server = new OneAnswer(certificate);
        using var api = new HttpKubernetesApi(new ClusterConnection
        {
            Server = new Uri($"https://127.0.0.1:{server.Port}"),
            Authorities = [ourAuthority ? authority : stranger],
            TlsServerName = expectedName,
        });

        var get = api.GetAsync(ResourceTypes.Nodes, null, "a", TestContext.Current.CancellationToken);

        if (believed)
        {
            Assert.Equal("Node", (await get).String("kind"));
        }
        else
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => get);
        }
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Takes one connection over TLS and answers its first request.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public OneAnswer(X509Certificate2 certificate)
        {
            _listener.Start();
            _serving = ServeAsync(certificate);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync(X509Certificate2 certificate)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                var buffer = new byte[4096];
                _ = await tls.ReadAsync(buffer);
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"kind\":\"Node\"}"u8.ToArray());
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
            }
        }
    }
}

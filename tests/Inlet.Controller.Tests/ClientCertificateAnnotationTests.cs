using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Inlet.Controller.Tests;

/// <summary>Client certificates, from the Secret to the answer.</summary>
public sealed class ClientCertificateAnnotationTests : IDisposable
{
    private readonly X509Certificate2 _authority = SelfSigned("CN=authority", isAuthority: true);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("CN=alice", 200, "auth-tls-secret=default/ca")]
    [InlineData(null, 400, "auth-tls-secret=default/ca")]
    [InlineData(null, 200, "auth-tls-secret=default/ca", "auth-tls-verify-client=off")]
    [InlineData(null, 200, "auth-tls-secret=default/ca", "auth-tls-verify-client=optional")]
    [InlineData(null, 400, "auth-tls-secret=default/ca", "auth-tls-verify-client=sometimes")]
    [InlineData(null, 302, "auth-tls-secret=default/ca", "auth-tls-error-page=https://help.test/")]
    [InlineData(null, 400, "auth-tls-secret=default/ca", "auth-tls-error-page=@help")]
    [InlineData("CN=alice", 200, "auth-tls-secret=default/ca", "auth-tls-match-cn=CN=(alice|bob)")]
    [InlineData("CN=carol", 403, "auth-tls-secret=default/ca", "auth-tls-match-cn=CN=(alice|bob)")]
    [InlineData("CN=alice", 503, "auth-tls-secret=default/ca", "auth-tls-match-cn=CN=(")]
    [InlineData("CN=alice", 503, "auth-tls-secret=default/none")]
    [InlineData("CN=alice", 503, "auth-tls-secret=ca")]
    [InlineData(null, 200, "auth-tls-verify-client=on")]
    public async Task Certificate_decides_who_passes(string? subject, int status, params string[] annotations)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, annotations);

        for (var round = 0; round < 2; round++)
        {
            var (got, head) = await GetAsync(controller, subject);
            Assert.Equal(status, got);
            Assert.Equal(subject is not null && status == 200, head.Contains($"\r\nssl-client-subject-dn: {subject}\r\n", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("on", false)]
    public async Task Endpoint_gets_the_certificate_when_asked_for(string value, bool passed)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, "auth-tls-secret=default/ca", $"auth-tls-pass-certificate-to-upstream={value}");

        var (status, head) = await GetAsync(controller, "CN=alice");
        Assert.Equal((200, passed), (status, head.Contains("\r\nssl-client-cert: -----BEGIN%20CERTIFICATE", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1", 400)]
    [InlineData("2", 200)]
    [InlineData("deep", 400)]
    public async Task Certificates_between_are_as_many_as_may_be(string depth, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "auth-tls-secret=default/ca", $"auth-tls-verify-depth={depth}");
        using var middle = Issue("CN=middle", _authority, isAuthority: true);
        using var lower = Issue("CN=lower", middle, isAuthority: true);
        using var leaf = Issue("CN=alice", lower, isAuthority: false);

        Assert.Equal(status, (await GetAsync(controller, leaf, [middle, lower])).Status);
    }

    private async Task<(int Status, string Body)> GetAsync(TestController controller, string? subject)
    {
        using var certificate = subject is null ? null : Issue(subject, _authority, isAuthority: false);
        return await GetAsync(controller, certificate, []);
    }

    private static async Task<(int Status, string Body)> GetAsync(TestController controller, X509Certificate2? certificate, X509Certificate2Collection between)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = "a.com",
                RemoteCertificateValidationCallback = static (_, server, _, _) => server is not null,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, between, offline: true),
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{controller.Host.HttpsPort}/");
        request.Headers.Host = "a.com";
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("secret.yaml", $"apiVersion: v1\nkind: Secret\nmetadata: {{name: ca}}\ntype: Opaque\ndata: {{ca.crt: \"{Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.ExportCertificatePem()))}\"}}\n"),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));

    private static X509Certificate2 SelfSigned(string subject, bool isAuthority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(subject, key, isAuthority).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2 authority, bool isAuthority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Request(subject, key, isAuthority).Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static CertificateRequest Request(string subject, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}

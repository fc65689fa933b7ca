using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class OcspTests : IDisposable
{
    private readonly TestAuthority _authority = new("ocsp");
    private readonly OpenSslTool _openssl = new();

    public void Dispose()
    {
        _authority.Dispose();
        _openssl.Dispose();
    }

    [Fact]
    public async Task Response_that_came_with_the_certificate_is_stapled_to_the_handshakes_that_ask()
    {
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        using var certificate = _authority.Issue("CN=a.test", "a.test");
        var material = TestAuthority.Material(certificate) with { OcspResponse = await RespondAsync(certificate) };
        Assert.Empty(proxy.Publish(new HostModel("a.test", [RunningProxy.RouteTo("app")], [material])));
        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
        {
            var asked = await _openssl.RunAsync($"s_client -connect 127.0.0.1:{proxy.Server.HttpsPort} -servername a.test -status {version}");
            Assert.Contains("OCSP Response Status: successful", asked, StringComparison.Ordinal);
            Assert.Contains("Cert Status: good", asked, StringComparison.Ordinal);
        }

        var other = await _openssl.RunAsync($"s_client -connect 127.0.0.1:{proxy.Server.HttpsPort} -servername b.test -status");
        Assert.Contains("OCSP response: no response sent", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_for_another_certificate_is_reported_and_the_certificate_served_without()
    {
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        using var certificate = _authority.Issue("CN=a.test", "a.test");
        using var stranger = _authority.Issue("CN=b.test", "b.test");
        foreach (var (response, reason) in new[] { (await RespondAsync(stranger), "another certificate"), ("AAAA", "not DER"), ("%", "not base64") })
        {
            var material = TestAuthority.Material(certificate) with { OcspResponse = response };
            var verdict = Assert.Single(proxy.Publish(new HostModel("a.test", [RunningProxy.RouteTo("app")], [material])));
            Assert.Equal(("OcspStapleInvalid", VerdictOutcome.Defaulted), (verdict.Code, verdict.Outcome));
            Assert.Contains(reason, verdict.Message, StringComparison.Ordinal);
            var asked = await _openssl.RunAsync($"s_client -connect 127.0.0.1:{proxy.Server.HttpsPort} -servername a.test -status");
            Assert.Contains("OCSP response: no response sent", asked, StringComparison.Ordinal);
            Assert.Contains("subject=CN = a.test", asked, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Response_out_of_date_is_not_stapled()
    {
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 }, new Tomorrow());
        using var certificate = _authority.Issue("CN=a.test", "a.test");
        var material = TestAuthority.Material(certificate) with { OcspResponse = await RespondAsync(certificate) };
        proxy.Publish(new HostModel("a.test", [RunningProxy.RouteTo("app")], [material]));
        var asked = await _openssl.RunAsync($"s_client -connect 127.0.0.1:{proxy.Server.HttpsPort} -servername a.test -status");
        Assert.Contains("OCSP response: no response sent", asked, StringComparison.Ordinal);
    }

    private sealed class Tomorrow : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(25);
    }

    /// <summary>What the authority would answer about a certificate, as base64.</summary>
    private async Task<string> RespondAsync(X509Certificate2 certificate)
    {
        _openssl.Write("ca.pem", _authority.Pem);
        _openssl.Write("ca.key", _authority.KeyPem);
        _openssl.Write("leaf.pem", certificate.ExportCertificatePem());
        var expires = certificate.NotAfter.ToUniversalTime().ToString("yyMMddHHmmss", CultureInfo.InvariantCulture);
        _openssl.Write("index.txt", $"V\t{expires}Z\t\t{certificate.SerialNumber}\tunknown\t/CN=x\n");
        var said = await _openssl.RunAsync($"ocsp -index index.txt -rsigner ca.pem -rkey ca.key -CA ca.pem -issuer ca.pem -cert leaf.pem -ndays 1 -respout response.der");
        Assert.True(File.Exists(Path.Combine(_openssl.Directory, "response.der")), said);
        return Convert.ToBase64String(_openssl.Read("response.der"));
    }
}

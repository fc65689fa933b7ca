using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>examples/walkthrough/3-https.yaml</summary>
public sealed class HttpsTests(Walkthrough walkthrough)
{
    [Fact]
    public async Task The_certificate_of_the_secret_is_chosen_by_sni_and_others_get_the_default()
    {
        using var browser = walkthrough.Browser();

        using var own = await browser.CertificateAsync("https://secure.app.com/");
        using var other = await browser.CertificateAsync("https://nobody.app.com/");

        Assert.Equal("secure.app.com", own.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Assert.Equal("Inlet Default Certificate", other.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Assert.Equal("app", await browser.NameAsync("https://secure.app.com/x"));
    }

    [Fact]
    public async Task Plain_http_to_a_host_with_tls_is_redirected_to_the_port_that_belongs_to_the_one_used()
    {
        using var browser = walkthrough.Browser();

        using var bare = await browser.SendAsync("http://secure.app.com/a?b=c");
        using var nodePort = await browser.SendAsync($"http://secure.app.com:{walkthrough.Inlet.HttpNodePort}/a");
        using var loadBalancer = await browser.SendAsync($"http://secure.app.com:{walkthrough.Inlet.HttpPort}/a");

        Assert.Equal(HttpStatusCode.PermanentRedirect, bare.StatusCode);
        Assert.Equal("https://secure.app.com/a?b=c", bare.Headers.Location!.OriginalString);
        Assert.Equal($"https://secure.app.com:{walkthrough.Inlet.HttpsNodePort}/a", nodePort.Headers.Location!.OriginalString);
        Assert.Equal($"https://secure.app.com:{walkthrough.Inlet.HttpsPort}/a", loadBalancer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_replaced_secret_changes_the_certificate_of_new_connections()
    {
        var inlet = walkthrough.Inlet;
        var before = await inlet.KubectlAsync("get secret secure-app-com -o json");
        var serial = await ReplaceAsync("secure.app.com");
        try
        {
            await Eventually.HoldsAsync("the new certificate is served", async () =>
            {
                using var fresh = walkthrough.Browser();
                using var seen = await fresh.CertificateAsync("https://secure.app.com/");
                return seen.SerialNumber == serial;
            });
        }
        finally
        {
            var secret = System.Text.Json.Nodes.JsonNode.Parse(before)!.AsObject();
            secret["metadata"]!.AsObject().Remove("resourceVersion");
            await inlet.KubectlAsync("replace -f -", secret.ToJsonString());
        }
    }

    private async Task<string> ReplaceAsync(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var crt = Path.Combine(walkthrough.Inlet.Directory, "new.crt");
        var pem = Path.Combine(walkthrough.Inlet.Directory, "new.key");
        await File.WriteAllTextAsync(crt, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var manifest = await walkthrough.Inlet.KubectlAsync($"create secret tls secure-app-com --cert={crt} --key={pem} --dry-run=client -o json");
        await walkthrough.Inlet.KubectlAsync("apply -f -", manifest);
        return certificate.SerialNumber;
    }
}

using System.Text.Json.Nodes;
using Inlet.Hardening.Tests.Harness;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>testssl.sh against the HTTPS listener.</summary>
public sealed class TlsScanTests
{
    // About the test's own certificate, which nobody has signed, and what is no TLS: not the listener's doing.
    private static readonly string[] NotOurs =
    [
        "cert_trust", "cert_chain_of_trust", "cert_notAfter", "cert_validityPeriod", "cert_revocation", "cert_expirationStatus", "cert_extlifeSpan",
        "OCSP_stapling", "DNS_CAArecord", "cert_crlDistributionPoints", "cert_ocspURL", "HSTS", "security_headers", "overall_grade", "scanTime", "BREACH",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Findings_are_none_above_low(bool sessionTickets)
    {
        using var authority = new TestAuthority("Scan CA");
        using var certificate = authority.Issue("CN=scan.test", "scan.test", "localhost");
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(backend, new ProxyOptions { SessionTickets = sessionTickets });
        proxy.Publish(new HostModel("localhost", [RunningProxy.RouteTo("app")], [TestAuthority.Material(certificate)]));
        var directory = Directory.CreateTempSubdirectory("inlet-hardening-");
        try
        {
            var report = Path.Combine(directory.FullName, "report.json");
            await using var tool = await Program.RunAsync(
                "testssl",
                ["--quiet", "--color", "0", "--warnings", "batch", "--ip", "127.0.0.1", "--nodns", "none", "--fast", "-p", "-S", "-U", "--jsonfile", report, $"localhost:{proxy.Server.HttpsPort}"],
                TimeSpan.FromSeconds(170),
                directory.FullName);
            Assert.True(File.Exists(report), tool.Describe());
            var findings = JsonNode.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!.AsArray()
                .Select(static node => (Id: (string)node!["id"]!, Severity: (string)node["severity"]!, Finding: (string)node["finding"]!)).ToList();
            Assert.Contains(findings, static one => one.Id == "TLS1_3" && one.Severity == "OK");
            Assert.DoesNotContain(findings, static one =>
                one.Severity is "MEDIUM" or "HIGH" or "CRITICAL" && !NotOurs.Any(name => one.Id.StartsWith(name, StringComparison.Ordinal)));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

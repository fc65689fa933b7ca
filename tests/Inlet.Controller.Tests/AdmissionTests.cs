using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Translation;

namespace Inlet.Controller.Tests;

/// <summary>What the API server is told of an Ingress before it is stored.</summary>
public sealed class AdmissionTests
{
    private static readonly AdmissionState Nobody = new(new TranslationOptions { ClassObjectOptional = true }, [], [], null);

    [Fact]
    public void Good_ingress_is_admitted_without_a_word()
    {
        Assert.Equal("""{"uid":"u1","allowed":true}""", Review(Manifests.Ingress("a", "a.com", "/", "shop"), Nobody).ToJsonString());
    }

    [Theory]
    [InlineData("{nginx.ingress.kubernetes.io/configuration-snippet: x}", "configuration-snippet")]
    [InlineData("{nginx.ingress.kubernetes.io/allowlist-source-range: nowhere}", "allowlist-source-range")]
    public void What_would_be_refused_or_closed_is_denied_with_the_verdict(string annotations, string named)
    {
        var response = Review(Manifests.Ingress("a", "a.com", "/", "shop", annotations), Nobody);

        Assert.False(response.Boolean("allowed"));
        Assert.Equal((400L, "BadRequest"), (response.Object("status").Integer("code"), response.Object("status").String("reason")));
        Assert.Contains(named, response.Object("status").String("message")!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_effect_is_admitted_with_a_warning()
    {
        var response = Review(Manifests.Ingress("a", "a.com", "/", "shop", "{nginx.ingress.kubernetes.io/no-such: x}"), Nobody);

        Assert.True(response.Boolean("allowed"));
        Assert.Contains("no-such", response.Array("warnings")!.Single()!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Path_that_another_ingress_has_is_denied_and_its_own_update_is_not()
    {
        var state = Nobody with { Ours = [Ingress(Manifests.Ingress("old", "a.com", "/x", "shop"))] };

        var response = Review(Manifests.Ingress("new", "a.com", "/x", "other"), state);
        Assert.Contains("Ingress default/old", response.Object("status").String("message")!, StringComparison.Ordinal);
        Assert.True(Review(Manifests.Ingress("old", "a.com", "/x", "other"), state).Boolean("allowed"));
        Assert.True(Review(Manifests.Ingress("new", "a.com", "/y", "other"), state).Boolean("allowed"));
        Assert.True(Review(Manifests.Ingress("new", "a.com", "/x", "other", """{nginx.ingress.kubernetes.io/canary: "true", nginx.ingress.kubernetes.io/canary-weight: "5"}"""), state).Boolean("allowed"));
    }

    [Fact]
    public void Ingresses_of_other_classes_and_namespaces_and_deletions_are_admitted()
    {
        var bad = Manifests.Ingress("a", "not a host", "/", "shop");

        Assert.False(Review(bad, Nobody).Boolean("allowed"));
        Assert.True(Review(bad.Replace("ingressClassName: inlet", "ingressClassName: other", StringComparison.Ordinal), Nobody).Boolean("allowed"));
        Assert.True(Review(bad, Nobody with { OnlyNamespace = "elsewhere" }).Boolean("allowed"));
        Assert.True(Review(bad, Nobody, "DELETE").Boolean("allowed"));
    }

    [Fact]
    public void Review_among_five_thousand_ingresses_is_quick()
    {
        var state = Nobody with { Ours = [.. Enumerable.Range(0, 5000).Select(static index => Ingress(Manifests.Ingress($"i{index}", $"h{index}.com", "/", "shop")))] };
        var ingress = Manifests.Ingress("new", "h4000.com", "/", "other");
        Assert.False(Review(ingress, state).Boolean("allowed"));
        var started = Stopwatch.GetTimestamp();

        Assert.False(Review(ingress, state).Boolean("allowed"));

        // 50 ms are promised; a busy machine may take longer.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Endpoint_answers_over_https_and_refuses_what_is_no_review()
    {
        var directory = Directory.CreateTempSubdirectory("inlet-admission-");
        try
        {
            var (certificate, key) = WriteCertificate(directory.FullName);
            await using var endpoint = await AdmissionEndpoint.StartAsync("127.0.0.1:0", certificate, key, () => Nobody, TestContext.Current.CancellationToken);
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
            using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{endpoint.Port}") };

            Assert.Equal((HttpStatusCode.OK, true), await PostAsync(client, Request(Manifests.Ingress("a", "a.com", "/", "shop")).ToJsonString()));
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(client, "{")).Status);
            Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(client, """{"kind":"Pod"}""")).Status);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(client, $"\"{new string('x', 9 * 1024 * 1024)}\"")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(HttpStatusCode Status, bool Allowed)> PostAsync(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/networking/v1/ingresses", UriKind.Relative)) { Content = content };
        // Asks before it sends: what is too large is refused before it is all there.
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode && JsonNode.Parse(text)!.AsObject().Object("response").Boolean("allowed") == true);
    }

    private static JsonObject Review(string ingress, AdmissionState state, string operation = "CREATE")
    {
        var answer = AdmissionReviewer.Review(Request(ingress, operation), state)!;
        Assert.Equal(("admission.k8s.io/v1", "AdmissionReview"), (answer.String("apiVersion"), answer.String("kind")));
        return answer.Object("response")!;
    }

    private static JsonObject Request(string ingress, string operation = "CREATE") => new()
    {
        ["apiVersion"] = "admission.k8s.io/v1",
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = "u1",
            ["kind"] = new JsonObject { ["group"] = "networking.k8s.io", ["version"] = "v1", ["kind"] = "Ingress" },
            ["operation"] = operation,
            ["namespace"] = "default",
            ["object"] = Parse(ingress),
        },
    };

    private static JsonObject Parse(string ingress)
    {
        var obj = ManifestReader.Parse(ingress, "a.yaml")[0].Object;
        obj.GetOrAddObject("metadata")["namespace"] = "default";
        return obj;
    }

    private static Ingress Ingress(string text) => ObjectReader.Ingress(Parse(text));

    private static (string Certificate, string Key) WriteCertificate(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var (certificateFile, keyFile) = (Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}

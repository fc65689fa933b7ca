using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Bench.Local;

/// <summary>The API server, as a program with a token talks to it: no kubectl in what is measured.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _client;

    private ApiClient(HttpClient client) => _client = client;

    /// <param name="kubeconfig">As <c>kubectl config view --raw -o json</c> prints it.</param>
    public static ApiClient Of(string kubeconfig)
    {
        var config = JsonNode.Parse(kubeconfig)!;
        var cluster = config["clusters"]![0]!["cluster"]!;
        var handler = new SocketsHttpHandler { UseProxy = false };
        var authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String((string)cluster["certificate-authority-data"]!)));
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri((string)cluster["server"]!) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)config["users"]![0]!["user"]!["token"]!);
        return new ApiClient(client);
    }

    /// <exception cref="BenchException">The server refused it.</exception>
    public void Post(string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        using var response = _client.Send(request);
        if (!response.IsSuccessStatusCode)
        {
            using var reader = new StreamReader(response.Content.ReadAsStream());
            throw new BenchException($"POST {path}: {(int)response.StatusCode} {reader.ReadToEnd()}");
        }
    }

    public void Dispose() => _client.Dispose();
}

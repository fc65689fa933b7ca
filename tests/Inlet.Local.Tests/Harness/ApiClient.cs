using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Local.Tests.Harness;

/// <summary>An answer, read to its end.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? ContentType => ContentHeaders.ContentType?.ToString();
}

/// <summary>A plain HTTPS client of the API that trusts the cluster's CA and nothing else.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="token">Null sends no credentials.</param>
    public ApiClient(LocalApiServer server, string? token, Version? version = null)
    {
        var ca = X509Certificate2.CreateFromPem(server.Credentials.CaCertificatePem);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                // A test that sends another Host is no test of names: those are checked with the certificate itself.
                RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == 0,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { ca },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        _http = new(handler)
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = version ?? HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromMinutes(1),
        };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    public static ApiClient Admin(LocalApiServer server) => new(server, server.Credentials.AdminToken);

    public Task<ApiAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, null, accept);

    public Task<ApiAnswer> PostAsync(string path, string body, string contentType = "application/json", string? accept = null) =>
        SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), contentType, accept);

    public Task<ApiAnswer> PutAsync(string path, string body, string? accept = null) =>
        SendAsync(HttpMethod.Put, path, Encoding.UTF8.GetBytes(body), "application/json", accept);

    public Task<ApiAnswer> PatchAsync(string path, string body, string contentType) =>
        SendAsync(HttpMethod.Patch, path, Encoding.UTF8.GetBytes(body), contentType, null);

    public Task<ApiAnswer> DeleteAsync(string path, string? body = null) =>
        SendAsync(HttpMethod.Delete, path, body is null ? null : Encoding.UTF8.GetBytes(body), body is null ? null : "application/json", null);

    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, byte[]? body, string? contentType, string? accept, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path, body, contentType, accept, headers);
        using var response = await _http.SendAsync(request);
        return new(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>A watch, or a followed log: the answer's lines as they come.</summary>
    public async Task<LineStream> StreamAsync(string path, string? accept = null)
    {
        using var request = Request(HttpMethod.Get, path, null, null, accept, []);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(
        HttpMethod method, string path, byte[]? body, string? contentType, string? accept, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

/// <summary>An answer that goes on, line by line.</summary>
public sealed class LineStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public HttpResponseMessage Response { get; } = response;

    /// <returns>Null at the answer's end.</returns>
    /// <exception cref="TimeoutException">Nothing came for a minute.</exception>
    public Task<string?> NextAsync() => reader.ReadLineAsync().WaitAsync(Limit);

    /// <summary>The next watch event: its type, then its object.</summary>
    public async Task<(string Type, JsonObject Object)> NextEventAsync()
    {
        var line = JsonNode.Parse(await NextAsync() ?? throw new EndOfStreamException("the watch ended"))!.AsObject();
        return (line["type"]!.GetValue<string>(), line["object"]!.AsObject());
    }

    public void Dispose()
    {
        reader.Dispose();
        Response.Dispose();
    }
}

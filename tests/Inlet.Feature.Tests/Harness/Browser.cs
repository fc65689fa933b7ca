using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Inlet.Feature.Tests.Harness;

/// <summary>A client that resolves every host name to this machine, at one port for HTTP and one for HTTPS, and follows no redirect.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _client;
    private X509Certificate2? _seen;

    /// <param name="keepAlive">False opens a connection per request.</param>
    public Browser(int httpPort, int httpsPort, bool keepAlive = true)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                var port = context.InitialRequestMessage.RequestUri!.Scheme == "https" ? httpsPort : httpPort;
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                // What the server shows is what the tests are about; no authority vouches for it.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    _seen = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                    return true;
                },
            },
        };
        if (!keepAlive)
        {
            handler.PooledConnectionLifetime = TimeSpan.Zero;
        }

        _client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
    }

    public Task<HttpResponseMessage> SendAsync(string url, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpStatusCode> StatusAsync(string url, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(url, headers);
        return response.StatusCode;
    }

    /// <summary>The demo server's answer; the test fails for another status than 200.</summary>
    public async Task<JsonObject> DemoAsync(string url, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(url, [("Accept", "application/json"), .. headers]);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{url}: {(int)response.StatusCode}: {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    public async Task<string> NameAsync(string url, params (string Name, string Value)[] headers) => (string)(await DemoAsync(url, headers))["name"]!;

    /// <summary>The certificate of a connection opened for this request.</summary>
    public async Task<X509Certificate2> CertificateAsync(string url)
    {
        _seen = null;
        using var response = await SendAsync(url);
        return _seen ?? throw new InvalidOperationException("no TLS handshake took place");
    }

    public void Dispose() => _client.Dispose();
}

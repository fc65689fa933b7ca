using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Controller.Tests;

/// <summary>A controller that talks to an API server through a kubeconfig.</summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false });

    private ClusterRun(ControllerHost host) => Host = host;

    public ControllerHost Host { get; }

    public static async Task<ClusterRun> StartAsync(Uri server, ControllerOptions options)
    {
        var kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, $$"""
                {current-context: c, contexts: [{name: c, context: {cluster: k} }], clusters: [{name: k, cluster: {server: "{{server}}"} }] }
                """);
            return new ClusterRun(await ControllerHost.StartAsync(
                options with { Kubeconfig = kubeconfig }, NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    public Task<(int Status, string Body)> GetAsync(string host) => SendAsync($"http://127.0.0.1:{Host.HttpPort}/", host);

    public Task<(int Status, string Body)> AdminAsync(string path) => SendAsync($"http://127.0.0.1:{Host.AdminPort}{path}", null);

    /// <summary>The subject of the certificate served for a name.</summary>
    public async Task<string> SubjectAsync(string name)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Host.HttpsPort, TestContext.Current.CancellationToken);
        var subject = "";
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, _, _) => (subject = certificate!.Subject).Length > 0);
        await tls.AuthenticateAsClientAsync(name);
        return subject;
    }

    public async Task UntilAsync(string host, int status, string body)
    {
        using var patience = new CancellationTokenSource(Patience);
        var answer = await GetAsync(host);
        while (answer.Status != status || (body.Length > 0 && answer.Body != body))
        {
            Assert.False(patience.IsCancellationRequested, $"{host} is still answered {answer}");
            answer = await GetAsync(host);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Host.DisposeAsync();
    }

    private async Task<(int Status, string Body)> SendAsync(string url, string? host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

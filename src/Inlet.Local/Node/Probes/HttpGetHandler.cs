using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Probes;

/// <summary>An <c>httpGet</c> probe or hook: any answer from 200 to 399 is a success (Kubernetes, "HTTP probes").</summary>
internal static class HttpGetHandler
{
    private const int MostRedirects = 10;

    // A server that does not close after the answer would otherwise keep connections to pods that are gone.
    public static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
#pragma warning disable CA5359 // Kubernetes does not verify certificates in probes: they ask whether the pod answers, not who it is.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    public static Uri Url(JsonObject get, HandlerTarget target, int port)
    {
        var host = get.String("host") is { Length: > 0 } given ? given : Handlers.Host(target.PodAddress);
        var path = get.String("path") is { Length: > 0 } p ? p : "/";
        return new Uri($"{(get.String("scheme") ?? "HTTP").ToLowerInvariant()}://{host}:{port}{(path.StartsWith('/') ? "" : "/")}{path}");
    }

    public static async Task<ProbeResult> RunAsync(JsonObject get, HandlerTarget target, CancellationToken cancellationToken)
    {
        if (target.Port(get["port"]) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {get["port"]}");
        }

        var url = Url(get, target, port);
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            AddHeaders(request, get);
            using var response = await SendAsync(request, cancellationToken);
            var code = (int)response.StatusCode;
            if (code is < 200 or >= 400)
            {
                return ProbeResult.Failure($"HTTP probe failed with statuscode: {code}");
            }

            // To another host it is success, for this one has answered.
            if (code < 300 || response.Headers.Location is not { } location || new Uri(url, location) is not { } next || next.Host != url.Host)
            {
                return ProbeResult.Success;
            }

            if (redirects == MostRedirects)
            {
                return ProbeResult.Failure($"stopped after {MostRedirects} redirects");
            }

            url = next;
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await Client.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            var url = request.RequestUri!;
            throw new HttpRequestException($"Get \"{url}\": {Dial.Failure(url.Host, url.Port, e.InnerException ?? e)}");
        }
    }

    private static void AddHeaders(HttpRequestMessage request, JsonObject get)
    {
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.32");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        foreach (var header in get.Objects("httpHeaders"))
        {
            var name = header.String("name") ?? "";
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, header.String("value") ?? "");
        }
    }
}

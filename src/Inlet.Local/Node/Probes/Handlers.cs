using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Probes;

/// <summary>
/// Does what a probe or a lifecycle hook says: a command inside the container, an HTTP request, a TCP connection or a gRPC
/// health check to the pod's address.
/// </summary>
internal static class Handlers
{
    private const int LongestExecOutput = 10 * 1024;
    private const int MostRedirects = 10;

    // A server that does not close after the answer would otherwise keep connections to pods that are gone.
    private static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
#pragma warning disable CA5359 // Kubernetes does not verify certificates in probes: they ask whether the pod answers, not who it is.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    /// <exception cref="OperationCanceledException">Cancelled, or the time is over.</exception>
    public static async Task<ProbeResult> RunAsync(JsonObject handler, HandlerTarget target, CancellationToken cancellationToken)
    {
        try
        {
            if (handler.Object("exec") is { } exec)
            {
                return await ExecAsync(exec, target, cancellationToken);
            }

            if (handler.Object("httpGet") is { } http)
            {
                return await HttpGetAsync(http, target, cancellationToken);
            }

            if (handler.Object("tcpSocket") is { } tcp)
            {
                return await ConnectAsync(tcp, target, cancellationToken);
            }

            if (handler.Object("grpc") is { } grpc)
            {
                return await GrpcHealth.CheckAsync(Client, grpc, target, cancellationToken);
            }

            return handler.Object("sleep") is { } sleep
                ? await SleepAsync(sleep, cancellationToken)
                : ProbeResult.Failure($"handler {string.Join(", ", handler.Select(h => h.Key))} is not supported on this node");
        }
        catch (Exception e) when (e is LaunchException or HttpRequestException or SocketException or IOException or UriFormatException or FormatException)
        {
            return ProbeResult.Failure((e.InnerException ?? e).Message);
        }
    }

    private static async Task<ProbeResult> ExecAsync(JsonObject exec, HandlerTarget target, CancellationToken cancellationToken)
    {
        var command = exec.Array("command")?.Select(c => c?.ToString() ?? "").ToList() ?? [];
        var result = await target.Instance.ExecAsync(command, LongestExecOutput, cancellationToken);
        return result.ExitCode == 0
            ? ProbeResult.Success
            : ProbeResult.Failure(result.Output.Trim() is { Length: > 0 } output ? output : $"command exited with code {result.ExitCode}");
    }

    private static async Task<ProbeResult> HttpGetAsync(JsonObject get, HandlerTarget target, CancellationToken cancellationToken)
    {
        if (target.Port(get["port"]) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {get["port"]}");
        }

        var host = get.String("host") is { Length: > 0 } given ? given : Host(target.PodAddress);
        var path = get.String("path") is { Length: > 0 } p ? p : "/";
        var url = new Uri($"{(get.String("scheme") ?? "HTTP").ToLowerInvariant()}://{host}:{port}{(path.StartsWith('/') ? "" : "/")}{path}");
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
        catch (HttpRequestException e)
        {
            throw new HttpRequestException($"Get \"{request.RequestUri}\": {(e.InnerException ?? e).Message}");
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

    private static async Task<ProbeResult> ConnectAsync(JsonObject tcp, HandlerTarget target, CancellationToken cancellationToken)
    {
        if (target.Port(tcp["port"]) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {tcp["port"]}");
        }

        using var client = new TcpClient();
        var host = tcp.String("host") is { Length: > 0 } given ? given : target.PodAddress.ToString();
        try
        {
            await client.ConnectAsync(host, port, cancellationToken);
            return ProbeResult.Success;
        }
        catch (SocketException e)
        {
            return ProbeResult.Failure($"dial tcp {host}:{port}: {e.Message}");
        }
    }

    private static async Task<ProbeResult> SleepAsync(JsonObject sleep, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(sleep.Integer("seconds") ?? 0), cancellationToken);
        return ProbeResult.Success;
    }

    internal static string Host(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}

using System.Net;
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

    /// <exception cref="OperationCanceledException">Cancelled, or the time is over.</exception>
    public static async Task<ProbeResult> RunAsync(JsonObject handler, HandlerTarget target, CancellationToken cancellationToken)
    {
        try
        {
            if (handler.Object("exec") is { } exec)
            {
                return await ExecAsync(exec, target, cancellationToken);
            }

            if (handler.Object("sleep") is { } sleep)
            {
                return await SleepAsync(sleep, cancellationToken);
            }

            return await AskAsync(handler, target, cancellationToken) is { IsSuccess: false } failure ? failure : CheckListener(handler, target);
        }
        catch (Exception e) when (e is LaunchException or HttpRequestException or SocketException or IOException or UriFormatException or FormatException)
        {
            return ProbeResult.Failure(e.Message);
        }
    }

    /// <summary>What a handler does, for the message that it took too long.</summary>
    public static string Describe(JsonObject handler, HandlerTarget target)
    {
        if (handler.Object("exec").Array("command") is { } command)
        {
            return $"command \"{string.Join(' ', command.Select(c => c?.ToString()))}\"";
        }

        if (handler.Object("httpGet") is { } get && target.Port(get["port"]) is { } port)
        {
            return $"Get \"{HttpGetHandler.Url(get, target, port)}\"";
        }

        return (handler.Object("tcpSocket") ?? handler.Object("grpc")) is { } tcp ? $"dial tcp {HostOf(tcp, target)}:{target.Port(tcp["port"])}" : "handler";
    }

    internal static string Host(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static async Task<ProbeResult> AskAsync(JsonObject handler, HandlerTarget target, CancellationToken cancellationToken)
    {
        if (handler.Object("httpGet") is { } http)
        {
            return await HttpGetHandler.RunAsync(http, target, cancellationToken);
        }

        if (handler.Object("tcpSocket") is { } tcp)
        {
            return await ConnectAsync(tcp, target, cancellationToken);
        }

        return handler.Object("grpc") is { } grpc
            ? await GrpcHealth.CheckAsync(HttpGetHandler.Client, grpc, target, cancellationToken)
            : ProbeResult.Failure($"handler {string.Join(", ", handler.Select(h => h.Key))} is not supported on this node");
    }

    /// <summary>Somebody has answered: where pods share a network it may have been another pod, which says nothing about this one.</summary>
    private static ProbeResult CheckListener(JsonObject handler, HandlerTarget target)
    {
        var asked = handler.Object("httpGet") ?? handler.Object("tcpSocket") ?? handler.Object("grpc");
        return asked.String("host") is not { Length: > 0 } && target.Port(asked?["port"]) is { } port && target.Instance.ForeignListener(port) is { } other
            ? ProbeResult.Failure($"{Host(target.PodAddress)}:{port} answers, but {other} listens there and not this pod")
            : ProbeResult.Success;
    }

    private static async Task<ProbeResult> ExecAsync(JsonObject exec, HandlerTarget target, CancellationToken cancellationToken)
    {
        var command = exec.Array("command")?.Select(c => c?.ToString() ?? "").ToList() ?? [];
        var result = await target.Instance.ExecAsync(command, LongestExecOutput, cancellationToken);
        return result.ExitCode == 0
            ? ProbeResult.Success
            : ProbeResult.Failure(result.Output.Trim() is { Length: > 0 } output ? output : $"command exited with code {result.ExitCode}");
    }

    private static async Task<ProbeResult> ConnectAsync(JsonObject tcp, HandlerTarget target, CancellationToken cancellationToken)
    {
        if (target.Port(tcp["port"]) is not { } port)
        {
            return ProbeResult.Failure($"no port is named {tcp["port"]}");
        }

        using var client = new TcpClient();
        var host = HostOf(tcp, target);
        try
        {
            await client.ConnectAsync(host, port, cancellationToken);
            return ProbeResult.Success;
        }
        catch (SocketException e)
        {
            return ProbeResult.Failure(Dial.Failure(host, port, e));
        }
    }

    private static async Task<ProbeResult> SleepAsync(JsonObject sleep, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(sleep.Integer("seconds") ?? 0), cancellationToken);
        return ProbeResult.Success;
    }

    private static string HostOf(JsonObject tcp, HandlerTarget target) => tcp.String("host") is { Length: > 0 } given ? given : target.PodAddress.ToString();
}

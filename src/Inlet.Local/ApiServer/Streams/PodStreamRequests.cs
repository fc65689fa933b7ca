using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.Node;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>
/// <c>exec</c>, <c>attach</c> and <c>portforward</c>: the connection becomes a WebSocket or SPDY/3.1, and then carries the
/// streams of a process or a port. Newer clients ask for a WebSocket first, older ones know SPDY alone.
/// </summary>
internal sealed class PodStreamRequests(IPodAgent agent, CancellationToken stopping)
{
    private const string Spdy = "SPDY/3.1";
    private const string TunnelledPortForward = "SPDY/3.1+portforward.k8s.io";
    private const string ProtocolHeader = "X-Stream-Protocol-Version";

    /// <summary>Runs <paramref name="command"/>, or with null connects to the container's own process.</summary>
    public async Task RunAsync(ApiRequest request, PodContainer container, IReadOnlyList<string>? command, WantedStreams wanted)
    {
        await using var channels = await OpenChannelsAsync(request.Context, wanted);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(channels.Gone, stopping);
        try
        {
            await channels.EndAsync(await StatusAsync(container, command, channels.Streams, ends.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client has gone, or this server stops.
        }
    }

    public async Task ForwardAsync(ApiRequest request, PodPorts pod)
    {
        var context = request.Context;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await using var transport = await UpgradeAsync(context, "portforward.k8s.io");
            await SpdyPortForward.RunAsync(transport, pod, stopping);
        }
        else if (context.WebSockets.WebSocketRequestedProtocols.Contains(TunnelledPortForward))
        {
            using var socket = await TunnelStream.AcceptAsync(context, TunnelledPortForward);
            await using var transport = new TunnelStream(socket);
            await SpdyPortForward.RunAsync(transport, pod, stopping);
        }
        else
        {
            var ports = WebSocketPortForward.Ports(context.Request.Query["ports"]);
            using var socket = await context.WebSockets.AcceptWebSocketAsync(Choose(context, WebSocketChannels.Version4));
            await WebSocketPortForward.RunAsync(socket, ports, pod, stopping);
        }
    }

    private async Task<JsonObject> StatusAsync(
        PodContainer container, IReadOnlyList<string>? command, ContainerStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            if (command is not null)
            {
                return CommandStatus.OfExit(await agent.ExecAsync(container, command, streams, cancellationToken));
            }

            await agent.AttachAsync(container, streams, cancellationToken);
            return CommandStatus.OfExit(0);
        }
        catch (PodCommandException e)
        {
            return CommandStatus.OfFailure($"error executing command in container: {e.Message}");
        }
        catch (KubernetesApiException e)
        {
            return ApiErrors.ToStatus(e);
        }
    }

    private async Task<ICommandChannels> OpenChannelsAsync(HttpContext context, WantedStreams wanted)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            var protocol = Choose(context, WebSocketChannels.Version5, WebSocketChannels.Version4);
            return new WebSocketChannels(await context.WebSockets.AcceptWebSocketAsync(protocol), wanted, stopping);
        }

        var transport = await UpgradeAsync(context, WebSocketChannels.Version4);
        return await SpdyChannels.OpenAsync(transport, wanted, stopping);
    }

    /// <exception cref="KubernetesApiException">400 when the client knows none of them.</exception>
    private static string Choose(HttpContext context, params ReadOnlySpan<string> served)
    {
        var asked = context.WebSockets.WebSocketRequestedProtocols;
        foreach (var protocol in served)
        {
            if (asked.Contains(protocol))
            {
                return protocol;
            }
        }

        throw ApiErrors.BadRequest(
            $"the Sec-WebSocket-Protocol must be one of {string.Join(", ", served.ToArray())}; the client asked for [{string.Join(", ", asked)}]");
    }

    /// <exception cref="KubernetesApiException">400 for a request that asks for no upgrade, 403 for one whose protocols are not served.</exception>
    private static async Task<Stream> UpgradeAsync(HttpContext context, string protocol)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || !context.Request.Headers.Upgrade.ToString().Equals(Spdy, StringComparison.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadRequest("Upgrade request required: ask for a WebSocket or for SPDY/3.1");
        }

        // Clients of port-forward before 1.10 named no protocol.
        var asked = context.Request.Headers[ProtocolHeader].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (asked.Count > 0 && !asked.Contains(protocol))
        {
            throw ApiErrors.Forbidden($"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', asked)}], server accepts [{protocol}]");
        }

        context.Response.Headers.Upgrade = Spdy;
        context.Response.Headers[ProtocolHeader] = protocol;
        return await upgrade.UpgradeAsync();
    }
}

/// <summary>A pod whose ports a client reaches.</summary>
internal sealed record PodPorts(IPodAgent Agent, string Namespace, string Pod, string PodUid)
{
    public Task<Stream> DialAsync(int port, CancellationToken cancellationToken) => Agent.DialAsync(Namespace, Pod, PodUid, port, cancellationToken);

    /// <summary>What kubectl prints when a port cannot be reached.</summary>
    public string Failure(int port, Exception e) => $"an error occurred forwarding port {port} to pod {Pod}, uid {PodUid}: {e.Message}";
}

using System.Net;
using System.Net.Sockets;
using Inlet.Kubernetes;
using Inlet.Local.Node.Network;
using Inlet.Local.Node.Pods;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node;

/// <summary>The ways into running pods.</summary>
public sealed partial class NodeAgent
{
    public async Task<int> ExecAsync(
        PodContainer container, IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken)
    {
        var instance = await FindInstanceAsync(container);
        try
        {
            return await instance.ExecAsync(command, streams, cancellationToken);
        }
        catch (LaunchException e)
        {
            throw new PodCommandException(e.Message, e);
        }
    }

    public async Task AttachAsync(PodContainer container, ContainerStreams streams, CancellationToken cancellationToken) =>
        await (await FindInstanceAsync(container)).AttachAsync(streams, cancellationToken);

    public async Task<Stream> DialAsync(string ns, string pod, string podUid, int port, CancellationToken cancellationToken)
    {
        var network = await Worker(ns, pod, podUid).FindNetworkAsync();
        try
        {
            return await ConnectAsync(network, IPAddress.Loopback, port, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            try
            {
                return await ConnectAsync(network, IPAddress.IPv6Loopback, port, cancellationToken);
            }
            catch (SocketException)
            {
                throw new IOException($"failed to connect to localhost:{port} inside pod \"{pod}\": connection refused", e);
            }
        }
        catch (SocketException e)
        {
            throw new IOException($"failed to connect to localhost:{port} inside pod \"{pod}\": {e.Message}", e);
        }
    }

    /// <summary>A socket stays in the network namespace it was made in, whoever uses it.</summary>
    private static async Task<Stream> ConnectAsync(string? network, IPAddress address, int port, CancellationToken cancellationToken)
    {
        Socket Make() => new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var socket = network is null ? Make() : await NetworkNamespace.RunInsideAsync(network, Make);
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<NodeUsage> MeasureAsync(CancellationToken cancellationToken) =>
        _usage?.MeasureAsync(cancellationToken) ?? throw new KubernetesApiException(503, "ServiceUnavailable", "the node agent is starting");

    private Task<IRunningContainer> FindInstanceAsync(PodContainer container) =>
        Worker(container.Namespace, container.Pod, container.PodUid).FindInstanceAsync(container.Container);

    private PodWorker Worker(string ns, string pod, string uid) =>
        _pods?.Find(ns, pod, uid) ?? throw new KubernetesApiException(404, "NotFound", $"pod \"{pod}\" is not running on this node");
}

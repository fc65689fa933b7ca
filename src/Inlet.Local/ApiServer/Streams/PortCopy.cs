using System.Net.Sockets;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>Copies between a client's stream and a connection to a pod's port.</summary>
internal static class PortCopy
{
    /// <summary>
    /// Until the pod closes. A client that has nothing more to send says so to the pod, and still gets the pod's answer.
    /// </summary>
    public static async Task RunAsync(Stream fromClient, Stream toClient, Stream target, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var toTarget = CopyToTargetAsync(fromClient, target, ends.Token);
        try
        {
            await target.CopyToAsync(toClient, ends.Token);
        }
        finally
        {
            await ends.CancelAsync();
            await toTarget.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task CopyToTargetAsync(Stream client, Stream target, CancellationToken cancellationToken)
    {
        await client.CopyToAsync(target, cancellationToken);
        if (target is NetworkStream network)
        {
            network.Socket.Shutdown(SocketShutdown.Send);
        }
    }
}

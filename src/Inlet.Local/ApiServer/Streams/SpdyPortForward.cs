using System.Globalization;
using System.Text;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Streams.Spdy;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>
/// <c>portforward.k8s.io</c> over SPDY: for each connection to its local port a client opens two streams, of the types
/// <c>error</c> and <c>data</c>, joined by a request ID.
/// </summary>
internal static class SpdyPortForward
{
    private const int MostConnections = 512;

    /// <summary>Forwards until the client closes the connection.</summary>
    public static async Task RunAsync(Stream transport, PodPorts pod, CancellationToken stopping)
    {
        using var session = new SpdySession(transport);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = session.RunAsync(ends.Token);
        var connections = new List<Task>();
        var waiting = new Dictionary<string, SpdyStream>();
        try
        {
            await foreach (var stream in session.Opened.ReadAllAsync(ends.Token))
            {
                connections.RemoveAll(c => c.IsCompleted);
                var id = $"{stream.Headers.GetValueOrDefault("requestID")}/{stream.Headers.GetValueOrDefault("port")}";
                if (waiting.Remove(id, out var other))
                {
                    connections.Add(ConnectAsync(stream, other, pod, ends.Token));
                }
                else if (waiting.Count + connections.Count >= MostConnections)
                {
                    throw new SpdyException($"more than {MostConnections} connections at once");
                }
                else
                {
                    waiting.Add(id, stream);
                }
            }

            await running;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client broke off, or this server stops.
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll([running, .. connections]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ConnectAsync(SpdyStream one, SpdyStream other, PodPorts pod, CancellationToken cancellationToken)
    {
        var (data, errors) = one.Headers.GetValueOrDefault(SpdyChannels.StreamType) == "data" ? (one, other) : (other, one);
        try
        {
            if (!int.TryParse(data.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                await errors.WriteAsync("the port must be a number from 1 to 65535"u8.ToArray(), cancellationToken);
                return;
            }

            try
            {
                await using var target = await pod.DialAsync(port, cancellationToken);
                await PortCopy.RunAsync(data, data, target, cancellationToken);
            }
            catch (Exception e) when (e is IOException or KubernetesApiException)
            {
                await errors.WriteAsync(Encoding.UTF8.GetBytes(pod.Failure(port, e)), cancellationToken);
            }
        }
        finally
        {
            data.StopReading();
            await data.CloseWriteAsync(cancellationToken);
            await errors.CloseWriteAsync(cancellationToken);
        }
    }
}

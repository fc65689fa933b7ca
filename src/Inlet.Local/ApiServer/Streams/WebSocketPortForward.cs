using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;

using Inlet.Kubernetes;
using Microsoft.Extensions.Primitives;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>
/// Port forwarding as client libraries do it: a WebSocket carries one connection for each port of the query, the i-th with
/// its data on channel 2i and its errors on channel 2i + 1. Both begin with the port, two bytes, least significant first.
/// </summary>
internal static class WebSocketPortForward
{
    private const int MostPorts = 127;

    /// <exception cref="KubernetesApiException">400.</exception>
    public static IReadOnlyList<int> Ports(StringValues query)
    {
        var ports = new List<int>();
        foreach (var text in query.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries)))
        {
            ports.Add(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
                ? port
                : throw ApiErrors.BadRequest($"query parameter \"ports\" must hold port numbers from 1 to 65535, not \"{text}\""));
        }

        return ports.Count is >= 1 and <= MostPorts ? ports : throw ApiErrors.BadRequest($"query parameter \"ports\" is required, with at most {MostPorts} ports");
    }

    /// <summary>Forwards until the client closes the WebSocket.</summary>
    public static async Task RunAsync(WebSocket socket, IReadOnlyList<int> ports, PodPorts pod, CancellationToken stopping)
    {
        using var messages = new WebSocketMessages(socket);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Pipe[] received = [.. ports.Select(_ => new Pipe())];
        Task[] connections = [.. ports.Select((port, i) => ConnectAsync(messages, (byte)(2 * i), port, received[i].Reader, pod, ends.Token))];
        try
        {
            await messages.ReceiveAsync((channel, bytes) => GiveAsync(channel, bytes, received, ends.Token), ends.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ends.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client broke off, or this server stops.
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async ValueTask GiveAsync(byte channel, ReadOnlyMemory<byte> bytes, Pipe[] received, CancellationToken cancellationToken)
    {
        if (channel % 2 == 0 && channel / 2 < received.Length)
        {
            await received[channel / 2].Writer.WriteAsync(bytes, cancellationToken);
        }
    }

    private static async Task ConnectAsync(
        WebSocketMessages messages, byte channel, int port, PipeReader received, PodPorts pod, CancellationToken cancellationToken)
    {
        var errors = (byte)(channel + 1);
        var head = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)port);
        await messages.SendAsync(channel, head, cancellationToken);
        await messages.SendAsync(errors, head, cancellationToken);
        try
        {
            await using var target = await pod.DialAsync(port, cancellationToken);
            await PortCopy.RunAsync(received.AsStream(leaveOpen: true), messages.ChannelStream(channel), target, cancellationToken);
        }
        catch (Exception e) when (e is IOException or KubernetesApiException)
        {
            await messages.SendAsync(errors, Encoding.UTF8.GetBytes(pod.Failure(port, e)), cancellationToken);
        }

        await received.CompleteAsync();
    }
}

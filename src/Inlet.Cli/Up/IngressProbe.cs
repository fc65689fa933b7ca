using System.Net;
using System.Net.Sockets;

namespace Inlet.Cli.Up;

/// <summary>Asks the ingress port itself whether somebody answers there: the one thing no object in the API can tell for sure.</summary>
internal static class IngressProbe
{
    // Refused by the controller itself, so that no pod sees a request that nobody sent.
    private static readonly byte[] Request = "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(1);

    /// <summary>Completes when an HTTP answer came.</summary>
    public static async Task WaitAsync(IPEndPoint bound, TimeProvider time, CancellationToken cancellationToken)
    {
        var address = bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bound.Address;
        while (!await AnswersAsync(new IPEndPoint(address, bound.Port), time, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task<bool> AnswersAsync(IPEndPoint endPoint, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestTry, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, either.Token);
            await socket.SendAsync(Request, either.Token);
            var answer = new byte[5];
            return await socket.ReceiveAsync(answer, either.Token) == answer.Length && answer.AsSpan().SequenceEqual("HTTP/"u8);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Inlet.Local.Node.Services.Names;

/// <summary>
/// Passes questions about other names to the resolvers of this machine, as they are, and their answers back. One socket for
/// each question: the port is as hard to guess as the id.
/// </summary>
internal sealed class DnsForwarder(string resolvConf, TimeProvider time)
{
    private const int DnsPort = 53;
    private const int MaxServers = 3;
    private const int LargestMessage = 65535;
    // Clients wait five seconds by default.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <returns>Null when no resolver answered.</returns>
    public async Task<byte[]?> ForwardAsync(byte[] query, bool overTcp, CancellationToken cancellationToken)
    {
        foreach (var server in await ServersAsync(cancellationToken))
        {
            using var patience = new CancellationTokenSource(s_patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                return overTcp ? await AskOverTcpAsync(server, query, either.Token) : await AskAsync(server, query, either.Token);
            }
            catch (Exception error) when (error is SocketException or IOException || (error is OperationCanceledException && patience.IsCancellationRequested))
            {
                // The next one, as a resolver of the machine's own would try.
            }
        }

        return null;
    }

    /// <summary>Read each time: a machine that changes networks changes its resolvers.</summary>
    private async Task<IReadOnlyList<IPEndPoint>> ServersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await File.ReadAllLinesAsync(resolvConf, cancellationToken))
                    .Select(static line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                    .Where(static words => words is ["nameserver", _, ..])
                    .Select(static words => IPAddress.TryParse(words[1], out var address) ? new IPEndPoint(address, DnsPort) : null)
                    .OfType<IPEndPoint>()
                    .Take(MaxServers),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static async Task<byte[]> AskAsync(IPEndPoint server, byte[] query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(query, cancellationToken);
        var buffer = new byte[LargestMessage];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (length >= DnsQuery.HeaderBytes && buffer.AsSpan(0, 2).SequenceEqual(query.AsSpan(0, 2)))
            {
                return buffer[..length];
            }
        }
    }

    private static async Task<byte[]> AskOverTcpAsync(IPEndPoint server, byte[] query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        await DnsStream.WriteAsync(stream, query, cancellationToken);
        return await DnsStream.ReadAsync(stream, cancellationToken) ?? throw new IOException("the resolver closed the connection");
    }
}

/// <summary>Messages over TCP: each after its length (RFC 1035, section 4.2.2).</summary>
internal static class DnsStream
{
    /// <returns>Null at the end.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = new byte[sizeof(ushort)];
        if (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken) < length.Length)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellationToken);
        return message;
    }

    public static async Task WriteAsync(Stream stream, byte[] message, CancellationToken cancellationToken)
    {
        var framed = new byte[sizeof(ushort) + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, sizeof(ushort));
        await stream.WriteAsync(framed, cancellationToken);
    }
}

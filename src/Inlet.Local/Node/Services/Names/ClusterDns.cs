using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Inlet.Local.Node.Network;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services.Names;

/// <summary>
/// The DNS server of the pods: answers for the cluster's zone and forwards the rest. Listens, over UDP and TCP, on port 53 of
/// the gateway's address, where only pods and this machine reach it.
/// </summary>
internal sealed class ClusterDns(NodeNetwork network, ClusterZone zone, DnsForwarder forwarder, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    public const int Port = 53;

    private const int Backlog = 256;
    private const int LargestQuery = 4096;
    private const int LargestTcpMessage = 65535;
    // More than a machine of pods asks at once; beyond it the answer is "later".
    private const int MaxConversations = 512;
    private static readonly TimeSpan s_idleTcp = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _conversations = new();
    private Socket? _datagrams;
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;

    /// <summary>The pods' network has to be up.</summary>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public async Task StartAsync()
    {
        var path = PodNetwork.ServiceNamespacePath(network)!;
        (_datagrams, _listener) = await NetworkNamespace.RunInsideAsync(path, static () => (
            new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp),
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)));
        var address = new IPEndPoint(network.Gateway, Port);
        _datagrams.Bind(address);
        _listener.Bind(address);
        _listener.Listen(Backlog);
        _serving = Task.WhenAll(
            Task.Run(() => ServeDatagramsAsync(_datagrams, _stop.Token)), Task.Run(() => AcceptAsync(_listener, _stop.Token)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_conversations.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _datagrams?.Dispose();
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeDatagramsAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestQuery];
        var anyone = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, cancellationToken);
                var query = buffer[..received.ReceivedBytes];
                Converse(() => AnswerDatagramAsync(socket, query, received.RemoteEndPoint, cancellationToken));
            }
            catch (SocketException error)
            {
                // One datagram that cannot be read is not the end of the others.
                DnsLog.Failed(logger, error.Message);
            }
        }
    }

    private async Task AnswerDatagramAsync(Socket socket, byte[] query, EndPoint client, CancellationToken cancellationToken)
    {
        if (await AnswerAsync(query, overTcp: false, cancellationToken) is { } answer)
        {
            await socket.SendToAsync(answer, SocketFlags.None, client, cancellationToken);
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken);
                if (!Converse(() => ConverseAsync(socket, cancellationToken)))
                {
                    socket.Dispose();
                }
            }
            catch (SocketException error)
            {
                DnsLog.Failed(logger, error.Message);
            }
        }
    }

    private async Task ConverseAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        while (true)
        {
            using var idle = new CancellationTokenSource(s_idleTcp, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
            if (await DnsStream.ReadAsync(stream, either.Token) is not { } query
                || await AnswerAsync(query, overTcp: true, cancellationToken) is not { } answer)
            {
                return;
            }

            await DnsStream.WriteAsync(stream, answer, cancellationToken);
        }
    }

    /// <returns>False when there are too many already.</returns>
    private bool Converse(Func<Task> converse)
    {
        if (_conversations.Count >= MaxConversations)
        {
            return false;
        }

        var conversation = RunAsync(converse);
        if (!conversation.IsCompleted)
        {
            _conversations.TryAdd(conversation, true);
            _ = conversation.ContinueWith(
                ended => _conversations.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return true;
    }

    private async Task RunAsync(Func<Task> converse)
    {
        try
        {
            await converse();
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            // The client is gone, or we are.
        }
        catch (Exception error)
        {
            DnsLog.Failed(logger, error.Message);
        }
    }

    /// <returns>Null for what deserves no answer.</returns>
    private async Task<byte[]?> AnswerAsync(byte[] message, bool overTcp, CancellationToken cancellationToken)
    {
        if (DnsQuery.Read(message) is not (var query, var code))
        {
            return null;
        }

        var limit = overTcp ? LargestTcpMessage : query.UdpLimit;
        if (code != DnsCode.NoError || !query.IsInternet)
        {
            return new DnsAnswer(code == DnsCode.NoError ? DnsCode.Refused : code, []).Write(query, null, limit);
        }

        if (zone.Resolve(query.Name, query.Type) is not { } answer)
        {
            return await forwarder.ForwardAsync(message, overTcp, cancellationToken)
                ?? new DnsAnswer(DnsCode.ServerFailure, []).Write(query, null, limit);
        }

        return (await FollowAsync(answer, query.Type, cancellationToken)).Write(query, ClusterZone.Name, limit);
    }

    /// <summary>Stub resolvers do not ask again for what an ExternalName points to: its addresses go along.</summary>
    private static async Task<DnsAnswer> FollowAsync(DnsAnswer answer, DnsType type, CancellationToken cancellationToken)
    {
        if (answer.Follow is not { } name || type is not (DnsType.A or DnsType.Aaaa))
        {
            return answer;
        }

        try
        {
            var family = type == DnsType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            var addresses = await Dns.GetHostAddressesAsync(name, family, cancellationToken);
            return answer with { Records = [.. answer.Records, .. addresses.Select(address => DnsRecord.Address(name, address))] };
        }
        catch (SocketException)
        {
            // No such name, or nobody to ask: the alias alone is the truth.
            return answer;
        }
    }
}

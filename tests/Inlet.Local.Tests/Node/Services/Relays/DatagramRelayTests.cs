using System.Net;
using System.Net.Sockets;
using Inlet.Local.Node.Services.Relays;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Services.Relays;

public sealed class DatagramRelayTests : IDisposable
{
    private readonly RelayEngine _engine = new(NullLogger.Instance);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Clients_spread_over_the_endpoints_and_each_stays_with_its_own()
    {
        using var one = new TestDatagramPeer("one");
        using var two = new TestDatagramPeer("two");
        var (address, _, _) = Relay(one.EndPoint, two.EndPoint);
        var heard = new List<string>();

        for (var client = 0; client < 10; client++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var first = await TestDatagramPeer.AskAsync(socket, address, "hello");
            Assert.Equal(first, await TestDatagramPeer.AskAsync(socket, address, "hello"));
            heard.Add(first);
        }

        Assert.Equal(["one hello", "two hello"], heard.Distinct().Order());
    }

    [Fact]
    public async Task A_datagram_of_the_largest_size_arrives_whole()
    {
        using var peer = new TestDatagramPeer("");
        var (address, _, _) = Relay(peer.EndPoint);
        var text = new string('x', 60_000);

        Assert.Equal(" " + text, await TestDatagramPeer.AskAsync(address, text));
    }

    [Fact]
    public async Task A_client_whose_endpoint_is_taken_away_goes_on_with_another()
    {
        using var one = new TestDatagramPeer("one");
        using var two = new TestDatagramPeer("two");
        var (address, target, _) = Relay(one.EndPoint);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Equal("one a", await TestDatagramPeer.AskAsync(socket, address, "a"));

        target.Endpoints = new EndpointList([two.EndPoint]);

        Assert.Equal("two b", await TestDatagramPeer.AskAsync(socket, address, "b"));
    }

    [Fact]
    public async Task An_endpoint_where_nobody_listens_is_left_for_another_by_the_next_datagram()
    {
        using var peer = new TestDatagramPeer("here");
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = (IPEndPoint)closed.LocalEndPoint!;
        closed.Dispose();
        var (address, _, _) = Relay(nobody, peer.EndPoint);

        Assert.Equal("here a", await TestDatagramPeer.AskAsync(address, "a"));
        Assert.Equal("here b", await TestDatagramPeer.AskAsync(address, "b"));
    }

    [Fact]
    public async Task Close_frees_the_port()
    {
        using var peer = new TestDatagramPeer("here");
        var (address, _, closeAsync) = Relay(peer.EndPoint);
        Assert.Equal("here a", await TestDatagramPeer.AskAsync(address, "a"));

        await closeAsync();

        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(address);
    }

    private (IPEndPoint Address, RelayTarget Target, Func<Task> CloseAsync) Relay(params IPEndPoint[] endpoints)
    {
        var target = new RelayTarget(TimeProvider.System) { Endpoints = new EndpointList(endpoints) };
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)socket.LocalEndPoint!;
        return (address, target, _engine.Listen(socket, target));
    }
}

using System.Net;
using System.Net.Sockets;
using Inlet.Local.Node;
using Inlet.Local.Node.Network;
using Inlet.Local.Tests.Node.Network;
using Inlet.Local.Tests.Node.Services.Relays;

namespace Inlet.Local.Tests.Node.Services;

/// <summary>Services whose pods have network namespaces of their own.</summary>
public sealed class NamespaceServiceTests
{
    [Fact]
    public async Task Pods_on_one_port_are_reached_through_their_service_from_the_machine_and_from_a_pod()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var client = await network.AttachAsync("client");
        var one = await network.AttachAsync("one");
        var two = await network.AttachAsync("two");
        await using var first = TestPeer.Saying("one", await TestNetwork.ListenAsync(one, 8080));
        await using var second = TestPeer.Saying("two", await TestNetwork.ListenAsync(two, 8080));
        await world.ServeAsync("web", "LoadBalancer", 80, new TestEndpoint(one.Address, 8080), new TestEndpoint(two.Address, 8080));
        var clusterIP = await world.BoundAsync("web", BoundServicePortKind.ClusterIP);
        var atNode = await world.BoundAsync("web", BoundServicePortKind.NodePort, port => port.Bound.Address.Equals(network.Plan.Gateway));
        var atMachine = await world.BoundAsync("web", BoundServicePortKind.NodePort, port => port.Bound.Address.Equals(IPAddress.Loopback));

        Assert.True(network.Plan.ServicePrefix.Contains(clusterIP.Address));
        foreach (var ask in new Func<Task<string>>[]
        {
            () => SocketSteps.AskAsync(clusterIP),
            () => SocketSteps.AskAsync(atNode),
            () => SocketSteps.AskAsync(atMachine),
            () => AskFromPodAsync(client, clusterIP),
            () => AskFromPodAsync(client, atNode),
            () => AskFromPodAsync(one, clusterIP),
        })
        {
            string[] answers = [await ask(), await ask(), await ask(), await ask()];
            Assert.Equal(["one", "one", "two", "two"], answers.Order());
        }
    }

    [Fact]
    public async Task A_pod_reaches_the_api_server_that_listens_on_loopback()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var server = TestPeer.Saying("api");
        await using var world = await ServiceWorld.StartAsync(network.Plan, options => options with { ApiServer = server.EndPoint });
        var pod = await network.AttachAsync("pod");

        Assert.Equal("api", await AskFromPodAsync(pod, new IPEndPoint(network.Plan.KubernetesServiceAddress, 443)));
    }

    [Fact]
    public async Task A_cluster_address_listens_on_a_port_that_a_program_of_the_machine_holds_on_all_addresses()
    {
        using var program = new TcpListener(IPAddress.Any, 0);
        program.Start();
        var port = ((IPEndPoint)program.LocalEndpoint).Port;
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        await using var peer = TestPeer.Saying("pod");

        await world.ServeAsync("web", "ClusterIP", port, peer.EndPoint);

        Assert.Equal("pod", await SocketSteps.AskAsync(await world.BoundAsync("web", BoundServicePortKind.ClusterIP)));
    }

    [Fact]
    public async Task A_cluster_address_without_endpoints_refuses_a_pod_at_once()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var pod = await network.AttachAsync("pod");
        var service = await world.CreateServiceAsync("web", "ClusterIP", 80);
        var address = IPAddress.Parse(service["spec"]!["clusterIP"]!.GetValue<string>());

        var refused = await Assert.ThrowsAsync<SocketException>(() => AskFromPodAsync(pod, new IPEndPoint(address, 80)));

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task An_endpoint_whose_pod_is_gone_is_passed_over()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        await network.AttachAsync("gone");
        var here = await network.AttachAsync("here");
        var gone = await network.AttachAsync("gone");
        await network.Pods.DetachAsync("gone");
        await using var peer = TestPeer.Saying("here", await TestNetwork.ListenAsync(here, 8080));
        await world.ServeAsync("web", "NodePort", 80, new TestEndpoint(gone.Address, 8080), new TestEndpoint(here.Address, 8080));
        var address = await world.BoundAsync("web", BoundServicePortKind.NodePort, port => port.Bound.Address.Equals(IPAddress.Loopback));

        Assert.Equal(["here", "here"], [await SocketSteps.AskAsync(address), await SocketSteps.AskAsync(address)]);
    }

    private static async Task<string> AskFromPodAsync(PodAttachment pod, IPEndPoint to)
    {
        using var socket = await TestNetwork.SocketInAsync(pod);
        await socket.ConnectAsync(to);
        return await socket.ReadToEndAsync();
    }
}

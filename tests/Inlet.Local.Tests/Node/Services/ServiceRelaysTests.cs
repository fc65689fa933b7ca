using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Tests.Node.Services.Relays;

namespace Inlet.Local.Tests.Node.Services;

public sealed class ServiceRelaysTests
{
    [Fact]
    public async Task Every_kind_of_port_reaches_the_endpoint()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Saying("here");
        await world.ServeAsync("web", "LoadBalancer", 80, peer.EndPoint);

        var clusterIP = await world.BoundAsync("web", BoundServicePortKind.ClusterIP);
        var nodePort = await world.BoundAsync("web", BoundServicePortKind.NodePort);
        var loadBalancer = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);

        Assert.Equal("here", await SocketSteps.AskAsync(clusterIP));
        Assert.Equal("here", await SocketSteps.AskAsync(nodePort));
        Assert.Equal("here", await SocketSteps.AskAsync(loadBalancer));
        Assert.Equal(80, clusterIP.Port);
        Assert.InRange(nodePort.Port, world.FirstNodePort, world.FirstNodePort + 9);
        Assert.Equal(IPAddress.Loopback, loadBalancer.Address);
    }

    [Fact]
    public async Task Load_balancer_ports_are_mapped_for_http_and_https_and_others_are_as_they_are()
    {
        var http = FreePort();
        await using var world = await ServiceWorld.StartAsync(options => options with { HttpPort = http, HttpsPort = -1 });
        var other = FreePort();
        await world.CreateServiceAsync("web", "LoadBalancer", 80, spec => spec["ports"] = new JsonArray(
            new JsonObject { ["name"] = "http", ["port"] = 80 },
            new JsonObject { ["name"] = "https", ["port"] = 443 },
            new JsonObject { ["name"] = "other", ["port"] = other }));

        await world.BoundAsync("web", BoundServicePortKind.LoadBalancer, port => port.PortName == "other");

        Assert.Equal(
            [("http", 80, http), ("other", other, other)],
            world.Relays.BoundPorts.Where(port => port.Kind == BoundServicePortKind.LoadBalancer)
                .OrderBy(port => port.ServicePort).Select(port => (port.PortName, port.ServicePort, port.Bound.Port)));
        Assert.Equal(3, world.Relays.BoundPorts.Count(port => port.Kind == BoundServicePortKind.NodePort));
    }

    [Fact]
    public async Task The_api_server_is_reached_as_service_kubernetes()
    {
        await using var server = TestPeer.Saying("api");
        await using var world = await ServiceWorld.StartAsync(options => options with { ApiServer = server.EndPoint });

        var address = await world.BoundAsync("kubernetes", BoundServicePortKind.ClusterIP);

        Assert.Equal(new IPEndPoint(world.Options.Network.KubernetesServiceAddress, 443), address);
        Assert.Equal("api", await SocketSteps.AskAsync(address));
    }

    [Fact]
    public async Task Endpoints_that_are_not_ready_get_nothing_and_terminating_ones_only_while_no_other_is_ready()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var ready = TestPeer.Saying("ready");
        await using var starting = TestPeer.Saying("starting");
        await using var leaving = TestPeer.Saying("leaving");
        await world.CreateServiceAsync("web", "LoadBalancer", 80);
        var address = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        TestEndpoint notReady = new(IPAddress.Loopback, starting.EndPoint.Port, Ready: false);
        TestEndpoint terminating = new(IPAddress.Loopback, leaving.EndPoint.Port, Ready: false, Serving: true, Terminating: true);

        await world.SetEndpointsAsync("web", ready.EndPoint, notReady, terminating);
        await EventuallyOnlyAsync(address, "ready");
        await world.SetEndpointsAsync("web", notReady, terminating);
        await EventuallyOnlyAsync(address, "leaving");

        Assert.Equal(0, starting.Connections);
    }

    [Fact]
    public async Task A_service_without_endpoints_refuses_at_once_on_every_port()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Saying("here");
        await world.ServeAsync("web", "LoadBalancer", 80, peer.EndPoint);
        var clusterIP = await world.BoundAsync("web", BoundServicePortKind.ClusterIP);
        var loadBalancer = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        var nodePort = await world.BoundAsync("web", BoundServicePortKind.NodePort);

        await world.SetEndpointsAsync("web");
        await world.UnboundAsync("web", BoundServicePortKind.ClusterIP);

        Assert.Equal(SocketError.ConnectionRefused, await FailureAsync(clusterIP));
        Assert.Equal(SocketError.ConnectionReset, await FailureAsync(loadBalancer));
        Assert.Equal(SocketError.ConnectionReset, await FailureAsync(nodePort));
        await world.SetEndpointsAsync("web", peer.EndPoint);
        Assert.Equal("here", await SocketSteps.AskAsync(await world.BoundAsync("web", BoundServicePortKind.ClusterIP)));
    }

    [Fact]
    public async Task On_a_shared_network_no_service_listens_at_a_port_of_pods()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var own = TestPeer.Saying("own");
        await using var other = TestPeer.Saying("other");
        await world.ServeAsync("other", "ClusterIP", own.EndPoint.Port, other.EndPoint);
        await world.BoundAsync("other", BoundServicePortKind.ClusterIP);

        // A pod may want the port: it is free again before the pod is ready.
        await world.CreateServiceAsync("own", "ClusterIP", own.EndPoint.Port);
        await world.SetEndpointsAsync("own", new TestEndpoint(IPAddress.Loopback, own.EndPoint.Port, Ready: false));
        await world.UnboundAsync("other", BoundServicePortKind.ClusterIP);

        Assert.Contains("other pods listen at", (await world.EventAsync("other")).String("message"), StringComparison.Ordinal);
        await world.SetEndpointsAsync("own", own.EndPoint);
        await world.CreateServiceAsync("last", "NodePort", 80);
        await world.BoundAsync("last", BoundServicePortKind.NodePort);
        Assert.DoesNotContain(world.Relays.BoundPorts, port => port.Service is "own" or "other");
    }

    [Fact]
    public async Task Ports_that_are_no_longer_wanted_are_closed_and_new_ones_opened_and_the_rest_stays_connected()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Echoing();
        await world.ServeAsync("web", "LoadBalancer", 80, peer.EndPoint);
        var nodePort = await world.BoundAsync("web", BoundServicePortKind.NodePort);
        var loadBalancer = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        using var connected = await SocketSteps.ConnectAsync(loadBalancer);
        await connected.SendAllAsync("a");
        Assert.Equal("a", await connected.ReadAsync(1));

        await world.ChangeServiceAsync("web", spec => spec["type"] = "NodePort");
        await world.UnboundAsync("web", BoundServicePortKind.LoadBalancer);

        Assert.Equal(SocketError.ConnectionRefused, await FailureAsync(loadBalancer));
        await connected.SendAllAsync("b");
        Assert.Equal("b", await connected.ReadAsync(1));
        Assert.Contains(world.Relays.BoundPorts, port => port.Bound.Equals(nodePort));
        await world.ChangeServiceAsync("web", spec => spec["ports"]![0]!["nodePort"] = world.FirstNodePort + 9);
        await world.BoundAsync("web", BoundServicePortKind.NodePort, port => port.Bound.Port == world.FirstNodePort + 9);
        await world.DeleteServiceAsync("web");
        await world.UnboundAsync("web", BoundServicePortKind.NodePort);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_is_reported_on_the_service_and_bound_once_it_is_free()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var world = await ServiceWorld.StartAsync(options => options with { HttpPort = port });
        await using var peer = TestPeer.Saying("here");
        await world.ServeAsync("web", "LoadBalancer", 80, peer.EndPoint);

        var report = await world.EventAsync("web");

        Assert.Equal(("Warning", "FailedToBindPort"), (report.String("type"), report.String("reason")));
        Assert.Contains($"127.0.0.1:{port}", report.String("message"), StringComparison.Ordinal);
        Assert.Contains("another program", report.String("message"), StringComparison.Ordinal);
        Assert.Contains("--http-port", report.String("message"), StringComparison.Ordinal);
        Assert.Equal("here", await SocketSteps.AskAsync(await world.BoundAsync("web", BoundServicePortKind.NodePort)));
        other.Stop();
        Assert.Equal("here", await SocketSteps.AskAsync(await world.BoundAsync("web", BoundServicePortKind.LoadBalancer)));
    }

    [Fact]
    public async Task Of_two_services_that_want_one_port_the_first_has_it_and_the_other_gets_it_when_that_one_goes()
    {
        var port = FreePort();
        await using var world = await ServiceWorld.StartAsync();
        await world.CreateServiceAsync("first", "LoadBalancer", port);
        await world.BoundAsync("first", BoundServicePortKind.LoadBalancer);
        await world.CreateServiceAsync("second", "LoadBalancer", port);

        var report = await world.EventAsync("second");

        Assert.Contains("Service default/first has it", report.String("message"), StringComparison.Ordinal);
        await world.DeleteServiceAsync("first");
        Assert.Equal(port, (await world.BoundAsync("second", BoundServicePortKind.LoadBalancer)).Port);
    }

    [Fact]
    public async Task Session_affinity_keeps_a_client_with_its_endpoint_and_others_with_theirs()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var one = TestPeer.Saying("one");
        await using var two = TestPeer.Saying("two");
        await using var three = TestPeer.Saying("three");
        await world.CreateServiceAsync("web", "LoadBalancer", 80, spec => spec["sessionAffinity"] = "ClientIP");
        await world.SetEndpointsAsync("web", one.EndPoint, two.EndPoint, three.EndPoint);
        await world.BoundAsync("web", BoundServicePortKind.ClusterIP);
        var address = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        var answers = new Dictionary<byte, HashSet<string>>();

        for (var round = 0; round < 6; round++)
        {
            for (byte client = 1; client <= 6; client++)
            {
                answers.TryAdd(client, []);
                answers[client].Add(await AskFromAsync(new IPAddress([127, 0, 0, client]), address));
            }
        }

        Assert.All(answers.Values, heard => Assert.Single(heard));
        Assert.Equal(3, answers.Values.SelectMany(heard => heard).Distinct().Count());
    }

    [Fact]
    public async Task Session_affinity_moves_a_client_whose_endpoint_is_gone()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var one = TestPeer.Saying("one");
        await using var two = TestPeer.Saying("two");
        await world.CreateServiceAsync("web", "LoadBalancer", 80, spec => spec["sessionAffinity"] = "ClientIP");
        var address = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        await world.SetEndpointsAsync("web", one.EndPoint);
        await EventuallyOnlyAsync(address, "one");
        await world.SetEndpointsAsync("web", one.EndPoint, two.EndPoint);
        Assert.Equal("one", await SocketSteps.AskAsync(address));

        await world.SetEndpointsAsync("web", two.EndPoint);

        await EventuallyOnlyAsync(address, "two");
    }

    [Fact]
    public async Task Load_balancer_source_ranges_shut_others_out_of_that_port_only()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Saying("here");
        await world.ServeAsync("web", "LoadBalancer", 80, peer.EndPoint);
        var open = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);
        Assert.Equal("here", await AskFromAsync(IPAddress.Parse("127.0.0.9"), open));

        await world.ChangeServiceAsync("web", spec => spec["loadBalancerSourceRanges"] = new JsonArray("127.0.0.8/32", "192.0.2.0/24"));
        var fenced = await world.BoundAsync("web", BoundServicePortKind.LoadBalancer, port => !port.Bound.Equals(open));

        Assert.Equal("here", await AskFromAsync(IPAddress.Parse("127.0.0.8"), fenced));
        var shut = await Assert.ThrowsAsync<SocketException>(() => AskFromAsync(IPAddress.Parse("127.0.0.9"), fenced));
        Assert.Equal(SocketError.ConnectionReset, shut.SocketErrorCode);
        Assert.Equal("here", await AskFromAsync(IPAddress.Parse("127.0.0.9"), await world.BoundAsync("web", BoundServicePortKind.NodePort)));
    }

    [Fact]
    public async Task External_addresses_of_this_machine_are_listened_on_and_others_reported()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Saying("here");
        var port = FreePort();
        await world.SetEndpointsAsync("web", peer.EndPoint);
        await world.CreateServiceAsync("web", "ClusterIP", port, spec => spec["externalIPs"] = new JsonArray("127.202.0.1", "192.0.2.1"));
        await world.BoundAsync("web", BoundServicePortKind.ClusterIP);

        Assert.Equal("here", await SocketSteps.AskAsync(await world.BoundAsync("web", BoundServicePortKind.ExternalIP)));
        var report = await world.EventAsync("web");
        Assert.Contains($"192.0.2.1:{port}", report.String("message"), StringComparison.Ordinal);
        Assert.Contains("spec.externalIPs", report.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_protocol_that_is_not_relayed_is_reported_and_the_other_ports_are_bound()
    {
        await using var world = await ServiceWorld.StartAsync();
        await world.CreateServiceAsync("web", "NodePort", 80, spec => spec["ports"]!.AsArray().Add(
            new JsonObject { ["name"] = "signal", ["port"] = 90, ["protocol"] = "SCTP" }));

        var report = await world.EventAsync("web");

        Assert.Contains("port 90", report.String("message"), StringComparison.Ordinal);
        Assert.Contains("protocol SCTP is not relayed", report.String("message"), StringComparison.Ordinal);
        Assert.Equal(80, world.Relays.BoundPorts.Single(port => port.Kind == BoundServicePortKind.NodePort).ServicePort);
    }

    [Fact]
    public async Task A_udp_port_and_a_tcp_port_of_one_number_are_both_relayed()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var tcp = TestPeer.Saying("tcp");
        using var udp = new TestDatagramPeer("udp");
        await world.SetEndpointsAsync("dns", tcp.EndPoint, new TestEndpoint(IPAddress.Loopback, udp.EndPoint.Port) { Protocol = "UDP" });
        await world.CreateServiceAsync("dns", "ClusterIP", 53, spec => spec["ports"] = new JsonArray(
            new JsonObject { ["name"] = "web", ["port"] = 53 },
            new JsonObject { ["name"] = "datagrams", ["port"] = 53, ["protocol"] = "UDP" }));
        var tcpAddress = await world.BoundAsync("dns", BoundServicePortKind.ClusterIP, port => port.PortName == "web");
        var udpAddress = await world.BoundAsync("dns", BoundServicePortKind.ClusterIP, port => port.PortName == "datagrams");

        Assert.Equal(tcpAddress, udpAddress);
        Assert.Equal("tcp", await SocketSteps.AskAsync(tcpAddress));
        Assert.Equal("udp hello", await TestDatagramPeer.AskAsync(udpAddress, "hello"));
    }

    [Fact]
    public async Task Addresses_that_cannot_be_relayed_to_are_left_out()
    {
        await using var world = await ServiceWorld.StartAsync();
        await using var peer = TestPeer.Saying("here");
        await world.Api.CreateAsync(ResourceTypes.EndpointSlices, "default", Slice("FQDN", "example.com", 80), WriteQuery.Default, default);
        await world.Api.CreateAsync(ResourceTypes.EndpointSlices, "default", Slice("IPv4", "127.0.0.9", null), WriteQuery.Default, default);

        await world.ServeAsync("web", "NodePort", 80, peer.EndPoint);

        await EventuallyOnlyAsync(await world.BoundAsync("web", BoundServicePortKind.NodePort), "here");

        static JsonObject Slice(string type, string address, int? port) => new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"odd-{type.ToLowerInvariant()}",
                ["labels"] = new JsonObject { [EndpointSlice.ServiceNameLabel] = "web" },
            },
            ["addressType"] = type,
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "web", ["port"] = port, ["protocol"] = "TCP" }),
            ["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(address) }),
        };
    }

    [Fact]
    public async Task Stop_closes_every_port()
    {
        await using var world = await ServiceWorld.StartAsync();
        await world.CreateServiceAsync("web", "LoadBalancer", 80);
        var nodePort = await world.BoundAsync("web", BoundServicePortKind.NodePort);
        await world.BoundAsync("web", BoundServicePortKind.LoadBalancer);

        await world.Relays.StopAsync();

        Assert.Empty(world.Relays.BoundPorts);
        Assert.Equal(SocketError.ConnectionRefused, await FailureAsync(nodePort));
    }

    /// <summary>A change of endpoints is not announced: asks until it shows, and holds that it then stays.</summary>
    private static async Task EventuallyOnlyAsync(IPEndPoint address, string expected)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await AnswerAsync(address) != expected)
        {
            await Task.Delay(5, patience.Token);
        }

        for (var count = 0; count < 10; count++)
        {
            Assert.Equal(expected, await SocketSteps.AskAsync(address));
        }
    }

    private static async Task<string?> AnswerAsync(IPEndPoint address)
    {
        try
        {
            return await SocketSteps.AskAsync(address);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static async Task<SocketError> FailureAsync(IPEndPoint address) =>
        (await Assert.ThrowsAsync<SocketException>(() => SocketSteps.AskAsync(address))).SocketErrorCode;

    private static async Task<string> AskFromAsync(IPAddress from, IPEndPoint to)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(to);
        return await socket.ReadToEndAsync();
    }

    private static int FreePort() => TestPeer.Nobody().Port;
}

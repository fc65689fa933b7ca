using System.Net;
using System.Net.Sockets;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Tests.Node.Network;

namespace Inlet.Local.Tests.Node.Services.Names;

/// <summary>What pods learn about Services by name.</summary>
public sealed class ClusterNamesTests
{
    [Fact]
    public async Task A_service_has_its_cluster_address_over_udp_and_tcp_from_the_machine_and_from_a_pod()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var pod = await network.AttachAsync("pod");
        var address = await CreateAsync(world, "web", "ClusterIP");
        var server = Server(network);
        var expected = $"web.default.svc.cluster.local 1 {address}";

        var answer = await TestResolver.AskAsync(server, "web.default.svc.cluster.local", TestResolver.A);

        Assert.Equal((0x1234, 0, true, false), (answer.Id, answer.Code, answer.Authoritative, answer.Truncated));
        Assert.Equal([expected], answer.Records);
        Assert.Equal([expected], (await TestResolver.AskOverTcpAsync(server, "web.default.svc.cluster.local", TestResolver.A)).Records);
        var fromPod = await TestNetwork.SocketInAsync(pod, SocketType.Dgram);
        Assert.Equal([expected], (await TestResolver.AskAsync(server, "web.default.svc.cluster.local", TestResolver.A, from: fromPod)).Records);
        Assert.Equal(
            [$"kubernetes.default.svc.cluster.local 1 {network.Plan.KubernetesServiceAddress}"],
            (await TestResolver.AskAsync(server, "kubernetes.default.svc.cluster.local", TestResolver.A)).Records);
    }

    [Fact]
    public async Task Names_are_matched_in_any_case_and_repeated_as_they_were_asked()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var address = await CreateAsync(world, "web", "ClusterIP");

        var answer = await TestResolver.AskAsync(Server(network), "WEB.Default.svc.CLUSTER.local", TestResolver.A);

        Assert.Equal([$"WEB.Default.svc.CLUSTER.local 1 {address}"], answer.Records);
    }

    [Theory]
    [InlineData("other.default.svc.cluster.local", TestResolver.A, 3)]
    [InlineData("web.other.svc.cluster.local", TestResolver.A, 3)]
    [InlineData("other.svc.cluster.local", TestResolver.A, 3)]
    [InlineData("cluster.local", TestResolver.A, 0)]
    [InlineData("svc.cluster.local", TestResolver.A, 0)]
    [InlineData("default.svc.cluster.local", TestResolver.A, 0)]
    [InlineData("web.default.svc.cluster.local", TestResolver.Aaaa, 0)]
    [InlineData("web.default.svc.cluster.local", TestResolver.Txt, 0)]
    [InlineData("host.web.default.svc.cluster.local", TestResolver.A, 3)]
    [InlineData("www.example.com.default.svc.cluster.local", TestResolver.A, 3)]
    [InlineData("_other._tcp.web.default.svc.cluster.local", TestResolver.Srv, 3)]
    [InlineData("_web._udp.web.default.svc.cluster.local", TestResolver.Srv, 3)]
    [InlineData("nobody.default.pod.cluster.local", TestResolver.A, 3)]
    public async Task A_no_says_whether_the_name_exists_and_how_long_it_holds(string name, int type, int code)
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        await CreateAsync(world, "web", "ClusterIP");

        var answer = await TestResolver.AskAsync(Server(network), name, (ushort)type);

        Assert.Equal((code, true, 1), (answer.Code, answer.Authoritative, answer.Authorities));
        Assert.Empty(answer.Records);
    }

    [Fact]
    public async Task Ports_pods_and_the_way_back_have_names()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var address = await CreateAsync(world, "web", "ClusterIP");
        var reverse = string.Join('.', address.ToString().Split('.').Reverse()) + ".in-addr.arpa";
        var server = Server(network);

        Assert.Equal(
            ["_web._tcp.web.default.svc.cluster.local 33 8080 web.default.svc.cluster.local"],
            (await TestResolver.AskAsync(server, "_web._tcp.web.default.svc.cluster.local", TestResolver.Srv)).Records);
        Assert.Equal(
            ["10-1-2-3.default.pod.cluster.local 1 10.1.2.3"],
            (await TestResolver.AskAsync(server, "10-1-2-3.default.pod.cluster.local", TestResolver.A)).Records);
        Assert.Equal(
            [$"{reverse} 12 web.default.svc.cluster.local"], (await TestResolver.AskAsync(server, reverse, TestResolver.Ptr)).Records);
    }

    [Fact]
    public async Task A_headless_service_is_its_ready_endpoints_by_host_name_and_by_address()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var server = Server(network);
        await world.SetEndpointsAsync(
            "db",
            new TestEndpoint(IPAddress.Parse("10.9.0.1"), 5432) { HostName = "db-0" },
            new TestEndpoint(IPAddress.Parse("10.9.0.2"), 5432),
            new TestEndpoint(IPAddress.Parse("10.9.0.3"), 5432, Ready: false));
        await world.CreateServiceAsync("db", "ClusterIP", 5432, spec => spec["clusterIP"] = "None");
        await KnownAsync(server, "db.default.svc.cluster.local");

        Assert.Equal(
            ["db.default.svc.cluster.local 1 10.9.0.1", "db.default.svc.cluster.local 1 10.9.0.2"],
            (await TestResolver.AskAsync(server, "db.default.svc.cluster.local", TestResolver.A)).Records.Order());
        Assert.Equal(
            ["db-0.db.default.svc.cluster.local 1 10.9.0.1"],
            (await TestResolver.AskAsync(server, "db-0.db.default.svc.cluster.local", TestResolver.A)).Records);
        Assert.Equal(
            ["10-9-0-2.db.default.svc.cluster.local 1 10.9.0.2"],
            (await TestResolver.AskAsync(server, "10-9-0-2.db.default.svc.cluster.local", TestResolver.A)).Records);
        Assert.Equal(
            ["5432 10-9-0-2.db.default.svc.cluster.local", "5432 db-0.db.default.svc.cluster.local"],
            (await TestResolver.AskAsync(server, "_web._tcp.db.default.svc.cluster.local", TestResolver.Srv)).Records
                .Select(record => record.Split(" 33 ")[1]).Order());
    }

    [Fact]
    public async Task An_external_name_is_an_alias_and_brings_the_addresses_of_a_cluster_name_along()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var address = await CreateAsync(world, "web", "ClusterIP");
        var server = Server(network);
        await world.CreateServiceAsync("alias", "ExternalName", 80, spec => spec["externalName"] = "web.default.svc.cluster.local");
        await world.CreateServiceAsync("loop", "ExternalName", 80, spec => spec["externalName"] = "loop.default.svc.cluster.local");
        await KnownAsync(server, "loop.default.svc.cluster.local");

        Assert.Equal(
            ["alias.default.svc.cluster.local 5 web.default.svc.cluster.local", $"web.default.svc.cluster.local 1 {address}"],
            (await TestResolver.AskAsync(server, "alias.default.svc.cluster.local", TestResolver.A)).Records);
        Assert.Equal(2, (await TestResolver.AskAsync(server, "loop.default.svc.cluster.local", TestResolver.A)).Code);
    }

    [Fact]
    public async Task A_long_answer_is_cut_over_udp_and_whole_over_tcp()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        var server = Server(network);
        var endpoints = Enumerable.Range(1, 200).Select(number => new TestEndpoint(new IPAddress([10, 9, 1, (byte)number]), 80)).ToArray();
        await world.SetEndpointsAsync("many", endpoints);
        await world.CreateServiceAsync("many", "ClusterIP", 80, spec => spec["clusterIP"] = "None");
        await KnownAsync(server, "many.default.svc.cluster.local");

        var small = await TestResolver.AskAsync(server, "many.default.svc.cluster.local", TestResolver.A);
        var larger = await TestResolver.AskAsync(server, "many.default.svc.cluster.local", TestResolver.A, edns: 4096);
        var whole = await TestResolver.AskOverTcpAsync(server, "many.default.svc.cluster.local", TestResolver.A);

        Assert.True(small is { Truncated: true, Length: <= 512, Additional: 0 } && small.Records.Count > 0);
        Assert.True(larger is { Truncated: true, Length: <= 1232 and > 1100, Additional: 1 });
        Assert.Equal((false, 200), (whole.Truncated, whole.Records.Count));
    }

    [Fact]
    public async Task Services_that_come_and_go_are_known_and_forgotten()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var world = await ServiceWorld.StartAsync(network.Plan);
        await CreateAsync(world, "web", "ClusterIP");

        await world.DeleteServiceAsync("web");

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await TestResolver.AskAsync(Server(network), "web.default.svc.cluster.local", TestResolver.A)).Code != 3)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    [Fact]
    public async Task A_pod_finds_a_service_through_the_resolver_of_its_c_library()
    {
        Harness.Requires.Namespaces();
        await using var run = await Harness.NodeRun.StartAsync(PodNetworkMode.Namespace);
        await run.CreateAsync(
            ResourceTypes.Services, $$$"""{"metadata":{"name":"web"},"spec":{"clusterIP":"{{{NodeNetwork.AddressAt(run.Options.Network.ServicePrefix, 77)}}}","ports":[{"port":80}]}}""");

        await run.CreateShellPodAsync(
            "asks",
            "until getent ahostsv4 web; do sleep 0.1; done; getent ahostsv4 web.default; getent ahostsv4 kubernetes.default.svc.cluster.local",
            morePod: ""","restartPolicy":"Never" """);
        await run.WaitPhaseAsync("asks", "Succeeded");

        var log = await run.LogsAsync("asks");
        Assert.Equal(2, log.Split('\n').Count(line => line.StartsWith(NodeNetwork.AddressAt(run.Options.Network.ServicePrefix, 77) + " ", StringComparison.Ordinal) && line.Contains("STREAM", StringComparison.Ordinal)));
        Assert.Contains(run.Options.Network.KubernetesServiceAddress.ToString(), log, StringComparison.Ordinal);
    }

    private static IPEndPoint Server(TestNetwork network) => new(network.Plan.Gateway, 53);

    private static async Task<IPAddress> CreateAsync(ServiceWorld world, string name, string type)
    {
        var service = await world.CreateServiceAsync(name, type, 8080);
        await KnownAsync(new IPEndPoint(world.Options.Network.Gateway, 53), $"{name}.default.svc.cluster.local");
        return IPAddress.Parse(service.Object("spec").String("clusterIP")!);
    }

    private static async Task KnownAsync(IPEndPoint server, string name)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await TestResolver.AskAsync(server, name, TestResolver.A)).Code == 3)
        {
            await Task.Delay(5, patience.Token);
        }
    }
}

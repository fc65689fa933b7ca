using System.Net;
using System.Net.Sockets;
using Inlet.Local.Node.Services.Names;
using Inlet.Local.Tests.Harness;
using Inlet.Local.Tests.Node.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Services.Names;

/// <summary>Questions that are not about the cluster.</summary>
public sealed class ForwardingTests
{
    private static int s_lastServer;

    [Fact]
    public async Task Another_name_is_asked_of_the_machines_resolver_over_udp_and_tcp()
    {
        await using var network = await TestNetwork.StartAsync();
        using var upstream = new TestUpstream(NextServer());
        await using var dns = await ServeAsync(network, upstream.Address);

        Assert.Equal(["example.com 1 192.0.2.7"], (await TestResolver.AskAsync(dns.Server, "example.com", TestResolver.A)).Records);
        Assert.Equal(["example.com 1 192.0.2.7"], (await TestResolver.AskOverTcpAsync(dns.Server, "example.com", TestResolver.A)).Records);
        await TestResolver.AskAsync(dns.Server, "7.2.0.192.in-addr.arpa", TestResolver.A);
        Assert.Equal(["example.com", "example.com", "7.2.0.192.in-addr.arpa"], upstream.Asked);
    }

    [Fact]
    public async Task A_resolver_that_is_silent_is_passed_over()
    {
        await using var network = await TestNetwork.StartAsync();
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var silentAddress = NextServer();
        silent.Bind(new IPEndPoint(silentAddress, 53));
        using var upstream = new TestUpstream(NextServer());
        await using var dns = await ServeAsync(network, silentAddress, upstream.Address);

        Assert.Equal(["example.com 1 192.0.2.7"], (await TestResolver.AskAsync(dns.Server, "example.com", TestResolver.A)).Records);
    }

    [Fact]
    public async Task Without_a_resolver_the_answer_is_a_failure_and_cluster_names_are_still_answered()
    {
        await using var network = await TestNetwork.StartAsync();
        await using var dns = await ServeAsync(network);

        Assert.Equal(2, (await TestResolver.AskAsync(dns.Server, "example.com", TestResolver.A)).Code);
        Assert.Equal(3, (await TestResolver.AskAsync(dns.Server, "no.default.svc.cluster.local", TestResolver.A)).Code);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("123481000001000000000000")]
    public async Task What_is_no_query_gets_no_answer_and_disturbs_nobody(string message)
    {
        await using var network = await TestNetwork.StartAsync();
        await using var dns = await ServeAsync(network);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        await socket.SendToAsync(Convert.FromHexString(message), dns.Server);

        Assert.Equal(3, (await TestResolver.AskAsync(dns.Server, "no.default.svc.cluster.local", TestResolver.A)).Code);
    }

    [Theory]
    [InlineData("123401000001000000000000" + "ff", 1)]
    [InlineData("123401000001000000000000" + "3f6162", 1)]
    [InlineData("123401000001000000000000" + "c00c00010001", 1)]
    [InlineData("123401000001000000000000" + "0161000001", 1)]
    [InlineData("123401000000000000000000", 1)]
    [InlineData("123428000001000000000000" + "016100" + "00060001", 4)]
    [InlineData("123401000001000000000000" + "016100" + "00010003", 5)]
    public async Task A_query_that_cannot_be_answered_is_told_why(string message, int code)
    {
        await using var network = await TestNetwork.StartAsync();
        await using var dns = await ServeAsync(network);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(dns.Server);
        await socket.SendAsync(Convert.FromHexString(message));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[512];

        var length = await socket.ReceiveAsync(buffer, patience.Token);

        Assert.Equal((0x1234, code), (TestAnswer.Read(buffer[..length]).Id, buffer[3] & 15));
    }

    private static IPAddress NextServer() => new([127, 201, 0, (byte)Interlocked.Increment(ref s_lastServer)]);

    private static async Task<RunningDns> ServeAsync(TestNetwork network, params IPAddress[] resolvers)
    {
        var directory = new TemporaryDirectory();
        var file = directory.File("resolv.conf");
        await File.WriteAllLinesAsync(file, ["# resolvers", .. resolvers.Select(resolver => $"nameserver {resolver}"), "options ndots:1"]);
        var dns = new ClusterDns(
            network.Plan, new ClusterZone(network.Plan), new DnsForwarder(file, TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        await dns.StartAsync();
        return new RunningDns(dns, new IPEndPoint(network.Plan.Gateway, ClusterDns.Port), directory);
    }

    private sealed record RunningDns(ClusterDns Dns, IPEndPoint Server, TemporaryDirectory Directory) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Dns.DisposeAsync();
            Directory.Dispose();
        }
    }
}

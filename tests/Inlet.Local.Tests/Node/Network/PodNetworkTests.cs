using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Inlet.Local.Node;
using Inlet.Local.Node.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Network;

public sealed class PodNetworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_pods_listen_on_the_same_port_and_each_answers_at_its_own_address()
    {
        await using var network = await TestNetwork.StartAsync();
        var first = await network.AttachAsync("first");
        var second = await network.AttachAsync("second");
        using var firstListener = await TestNetwork.ListenAsync(first, 8080);
        using var secondListener = await TestNetwork.ListenAsync(second, 8080);

        Assert.Equal("first", await GreetAsync(firstListener, "first", new Socket(SocketType.Stream, ProtocolType.Tcp), first.Address));
        Assert.Equal("second", await GreetAsync(secondListener, "second", new Socket(SocketType.Stream, ProtocolType.Tcp), second.Address));
    }

    [Fact]
    public async Task A_pod_reaches_another_pod_and_itself_by_address_and_by_loopback()
    {
        await using var network = await TestNetwork.StartAsync();
        var client = await network.AttachAsync("client");
        var server = await network.AttachAsync("server");
        using var listener = await TestNetwork.ListenAsync(server, 8080);
        using var own = await TestNetwork.ListenAsync(client, 8080);

        Assert.Equal("hello", await GreetAsync(listener, "hello", await TestNetwork.SocketInAsync(client), server.Address));
        Assert.Equal("me", await GreetAsync(own, "me", await TestNetwork.SocketInAsync(client), client.Address));
        Assert.Equal("lo", await GreetAsync(own, "lo", await TestNetwork.SocketInAsync(client), IPAddress.Loopback));
    }

    [Fact]
    public async Task A_pod_reaches_what_listens_on_this_machine_at_its_address_among_the_pods()
    {
        await using var network = await TestNetwork.StartAsync();
        var pod = await network.AttachAsync("pod");
        var host = TestNetwork.AddressesOfThisMachine().Single(network.Plan.PodPrefix.Contains);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(host, 0));
        listener.Listen();

        Assert.Equal("machine", await GreetAsync(listener, "machine", await TestNetwork.SocketInAsync(pod), host));
    }

    [Fact]
    public async Task A_connection_to_the_gateway_lives_on_while_other_pods_come_and_go()
    {
        await using var network = await TestNetwork.StartAsync();
        var pod = await network.AttachAsync("pod");
        var gateway = new PodAttachment(network.Plan.Gateway, PodNetwork.ServiceNamespacePath(network.Plan));
        using var listener = await TestNetwork.ListenAsync(gateway, 8080);
        using var client = await TestNetwork.SocketInAsync(pod);
        await client.ConnectAsync(gateway.Address, 8080, Token);
        using var server = await listener.AcceptAsync(Token);

        for (var i = 0; i < 30; i++)
        {
            await network.AttachAsync($"other-{i}");
            if (i >= 3)
            {
                await network.Pods.DetachAsync($"other-{i - 3}");
            }

            // A gateway that is another one now answers only after the pod has asked anew who it is, many seconds later.
            await client.SendAsync(new byte[] { (byte)i }, Token);
            var buffer = new byte[1];
            await server.ReceiveAsync(buffer, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(3), Token);
            Assert.Equal(i, buffer[0]);
        }
    }

    [Fact]
    public async Task Attach_of_an_attached_pod_gives_the_same_again_also_when_asked_at_once()
    {
        await using var network = await TestNetwork.StartAsync();

        var attachments = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => network.AttachAsync("pod")));

        Assert.Single(attachments.Distinct());
        Assert.Equal(2, NetworkNamespace.Names().Count(name => name.StartsWith(network.Plan.BridgeName, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Detach_takes_the_address_off_the_network_while_a_process_still_holds_it()
    {
        await using var network = await TestNetwork.StartAsync();
        var pod = await network.AttachAsync("pod");
        using var listener = await TestNetwork.ListenAsync(pod, 8080);

        await network.Pods.DetachAsync("pod");

        Assert.False(File.Exists(pod.NamespacePath));
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAnyAsync<SocketException>(() => client.ConnectAsync(pod.Address, 8080, Token).AsTask());
        await network.Pods.DetachAsync("pod");
    }

    [Fact]
    public async Task Who_still_connects_to_a_pod_that_is_gone_is_refused_at_once()
    {
        await using var network = await TestNetwork.StartAsync();
        var client = await network.AttachAsync("client");
        var pod = await network.AttachAsync("pod");
        using var listener = await TestNetwork.ListenAsync(pod, 8080);
        // Both know now at which hardware address the pod is.
        Assert.Equal("a", await GreetAsync(listener, "a", await TestNetwork.SocketInAsync(client), pod.Address));
        Assert.Equal("b", await GreetAsync(listener, "b", new Socket(SocketType.Stream, ProtocolType.Tcp), pod.Address));
        using var established = await TestNetwork.SocketInAsync(client);
        await established.ConnectAsync(pod.Address, 8080, Token);

        await network.Pods.DetachAsync("pod");

        foreach (var socket in (Socket[])[await TestNetwork.SocketInAsync(client), new Socket(SocketType.Stream, ProtocolType.Tcp)])
        {
            using (socket)
            {
                var refused = await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(pod.Address, 8080, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(2), Token));
                Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
            }
        }

        await established.SendAsync(new byte[1], Token);
        await Assert.ThrowsAsync<SocketException>(() => established.ReceiveAsync(new byte[1], Token).AsTask().WaitAsync(TimeSpan.FromSeconds(2), Token));
    }

    [Fact]
    public async Task A_full_prefix_refuses_the_next_pod_with_the_remedy_and_takes_it_once_one_is_gone()
    {
        await using var network = await TestNetwork.StartAsync();
        var addresses = new HashSet<IPAddress>();
        for (var number = 0; number < 252; number++)
        {
            addresses.Add((await network.AttachAsync($"pod-{number}")).Address);
        }

        var full = await Assert.ThrowsAsync<PodNetworkException>(() => network.AttachAsync("late"));
        await network.Pods.DetachAsync("pod-100");
        var late = await network.AttachAsync("late");

        Assert.Equal(252, addresses.Count);
        Assert.All(addresses, address => Assert.True(network.Plan.PodPrefix.Contains(address) && !address.Equals(network.Plan.Gateway)));
        Assert.Contains("all 252 pod addresses", full.Message, StringComparison.Ordinal);
        Assert.Contains("delete pods", full.Message, StringComparison.Ordinal);
        Assert.Contains(late.Address, addresses);
        using var listener = await TestNetwork.ListenAsync(late, 8080);
        Assert.Equal("late", await GreetAsync(listener, "late", new Socket(SocketType.Stream, ProtocolType.Tcp), late.Address));
    }

    [Fact]
    public async Task An_address_given_again_answers_those_who_knew_the_pod_before()
    {
        await using var network = await TestNetwork.StartAsync();
        for (var number = 0; number < 251; number++)
        {
            await network.AttachAsync($"filler-{number}");
        }

        for (var round = 0; round < 3; round++)
        {
            var pod = await network.AttachAsync("pod");
            using var listener = await TestNetwork.ListenAsync(pod, 8080);
            Assert.Equal("again", await GreetAsync(listener, "again", new Socket(SocketType.Stream, ProtocolType.Tcp), pod.Address));
            await network.Pods.DetachAsync("pod");
        }
    }

    [Fact]
    public async Task Dispose_leaves_nothing_of_the_network_on_the_machine()
    {
        var network = await TestNetwork.StartAsync();
        await network.AttachAsync("one");
        await network.AttachAsync("two");
        Assert.Equal(4, TestNetwork.NamesOnThisMachine(network.Plan).Count);

        await network.DisposeAsync();

        Assert.Empty(TestNetwork.NamesOnThisMachine(network.Plan));
        Assert.DoesNotContain(TestNetwork.AddressesOfThisMachine(), network.Plan.PodPrefix.Contains);
        Assert.DoesNotContain(File.ReadLines("/proc/mounts"), line => line.Contains(network.Plan.BridgeName, StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadLines("/proc/net/route"), line => line.StartsWith(network.Plan.BridgeName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_removes_what_a_killed_predecessor_left()
    {
        var killed = await TestNetwork.StartAsync();
        var pod = await killed.AttachAsync("pod");
        using var listener = await TestNetwork.ListenAsync(pod, 8080);

        await using var successor = new PodNetwork(killed.Plan, NullLogger.Instance);
        await successor.StartAsync(Token);
        var first = await successor.AttachAsync("first", Token);

        Assert.Equal(3, TestNetwork.NamesOnThisMachine(killed.Plan).Count);
        using var ours = await TestNetwork.ListenAsync(first, 8080);
        Assert.Equal("ours", await GreetAsync(ours, "ours", new Socket(SocketType.Stream, ProtocolType.Tcp), first.Address));
    }

    [Fact]
    public async Task Two_instances_side_by_side_do_not_disturb_each_other()
    {
        await using var one = await TestNetwork.StartAsync();
        var pod = await one.AttachAsync("pod");
        var other = await TestNetwork.StartAsync();
        await other.AttachAsync("pod");
        using var listener = await TestNetwork.ListenAsync(pod, 8080);

        await other.DisposeAsync();

        Assert.Equal("still", await GreetAsync(listener, "still", new Socket(SocketType.Stream, ProtocolType.Tcp), pod.Address));
    }

    [Fact]
    public async Task Start_refuses_addresses_this_machine_already_has_and_leaves_the_other_instance_alone()
    {
        await using var first = await TestNetwork.StartAsync();
        var plan = first.Plan with { BridgeName = first.Plan.BridgeName[..^1] + "x" };
        await using var second = new PodNetwork(plan, NullLogger.Instance);

        var refused = await Assert.ThrowsAsync<PodNetworkException>(() => second.StartAsync(Token));

        Assert.Contains(first.Plan.BridgeName, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", refused.Message, StringComparison.Ordinal);
        Assert.Empty(TestNetwork.NamesOnThisMachine(plan));
        await first.AttachAsync("pod");
    }

    [Fact]
    public async Task Host_mode_gives_every_pod_loopback_and_touches_nothing()
    {
        await using var network = new PodNetwork(NodeNetwork.Plan("/test", PodNetworkMode.Host), NullLogger.Instance);
        await network.StartAsync(Token);

        var attachment = await network.AttachAsync("pod", Token);

        Assert.Equal(new PodAttachment(IPAddress.Loopback, null), attachment);
        await network.DetachAsync("pod");
    }

    [Fact]
    public async Task Many_pods_attached_at_once_are_all_reachable()
    {
        await using var network = await TestNetwork.StartAsync();
        var watch = Stopwatch.StartNew();
        var pods = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => network.AttachAsync($"pod-{number}")));
        TestContext.Current.TestOutputHelper?.WriteLine($"50 pods attached in {watch.ElapsedMilliseconds} ms");

        foreach (var pod in pods)
        {
            using var listener = await TestNetwork.ListenAsync(pod, 8080);
            Assert.Equal("here", await GreetAsync(listener, "here", new Socket(SocketType.Stream, ProtocolType.Tcp), pod.Address));
        }

        watch.Restart();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => network.Pods.DetachAsync($"pod-{number}")));
        TestContext.Current.TestOutputHelper?.WriteLine($"50 pods detached in {watch.ElapsedMilliseconds} ms");
    }

    private static async Task<string> GreetAsync(Socket listener, string greeting, Socket client, IPAddress address)
    {
        using (client)
        {
            await client.ConnectAsync(address, ((IPEndPoint)listener.LocalEndPoint!).Port, Token);
            using var accepted = await listener.AcceptAsync(Token);
            await accepted.SendAsync(Encoding.ASCII.GetBytes(greeting), Token);
            var buffer = new byte[64];
            var count = await client.ReceiveAsync(buffer, Token);
            return Encoding.ASCII.GetString(buffer, 0, count);
        }
    }
}

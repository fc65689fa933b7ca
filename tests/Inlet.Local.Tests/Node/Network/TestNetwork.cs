using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Inlet.Local.Node;
using Inlet.Local.Node.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Local.Tests.Node.Network;

/// <summary>A pod network of a test's own, on addresses no other test running now has.</summary>
public sealed class TestNetwork : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<IPNetwork, bool> s_claimed = new();
    private static int s_last;

    private TestNetwork(NodeNetwork plan)
    {
        Plan = plan;
        Pods = new PodNetwork(plan, NullLogger.Instance);
    }

    internal NodeNetwork Plan { get; }

    internal PodNetwork Pods { get; }

    /// <summary>Skips the test where the user may not make network namespaces.</summary>
    public static async Task<TestNetwork> StartAsync()
    {
        var network = new TestNetwork(NewPlan());
        await network.Pods.StartAsync(TestContext.Current.CancellationToken);
        return network;
    }

    internal static NodeNetwork NewPlan()
    {
        while (true)
        {
            var plan = NodeNetwork.Plan($"/test/{Environment.ProcessId}/{Interlocked.Increment(ref s_last)}", PodNetworkMode.Auto);
            Assert.SkipWhen(plan.Mode == PodNetworkMode.Host, "network namespaces need CAP_SYS_ADMIN and CAP_NET_ADMIN: run as root");
            if (Claim(plan))
            {
                return plan;
            }
        }
    }

    /// <summary>False when another test of this run, or this machine, has the plan's addresses.</summary>
    internal static bool Claim(NodeNetwork plan) =>
        !AddressesOfThisMachine().Any(plan.PodPrefix.Contains) && s_claimed.TryAdd(plan.ServicePrefix, true);

    public static IEnumerable<IPAddress> AddressesOfThisMachine() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses).Select(used => used.Address);

    /// <summary>Links and namespaces of this machine that carry the plan's name.</summary>
    internal static IReadOnlyList<string> NamesOnThisMachine(NodeNetwork plan) =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces().Select(link => link.Name)
            .Concat(NetworkNamespace.Names())
            .Where(name => name.StartsWith(plan.BridgeName, StringComparison.Ordinal)),
    ];

    internal Task<PodAttachment> AttachAsync(string uid) => Pods.AttachAsync(uid, TestContext.Current.CancellationToken);

    /// <summary>A listening socket of the pod's namespace.</summary>
    internal static Task<Socket> ListenAsync(PodAttachment pod, int port) => NetworkNamespace.RunInsideAsync(pod.NamespacePath!, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen(1024);
        return socket;
    });

    internal static Task<Socket> SocketInAsync(PodAttachment pod, SocketType type = SocketType.Stream) => NetworkNamespace.RunInsideAsync(
        pod.NamespacePath!,
        () => new Socket(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp));

    public ValueTask DisposeAsync() => Pods.DisposeAsync();
}

using System.Globalization;
using System.Net;
using Inlet.Local.Node.Network.Netlink;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Network;

/// <summary>
/// The kernel's side of the pods' network: a bridge in a network namespace of its own, a link from there to this machine and
/// one to each pod.
/// <code>
///   machine                     fabric                                pod
///   inletXXXX .254 ───── host ─ bridge "pods" .1 ─ podN ───────────── eth0 .N
///                               (and all of the Service prefix)
/// </code>
/// The bridge does not stand in the machine's own namespace, as tempting as that is: there every frame between two pods is
/// shown to the machine's firewall, and one with Docker drops it; and a ClusterIP could not listen on a port that any other
/// program of the machine holds on all addresses. Not thread-safe.
/// </summary>
internal sealed class PodFabric : IDisposable
{
    private const string Bridge = "pods";
    private const string PodLink = "eth0";
    private const string Loopback = "lo";

    private readonly NodeNetwork _plan;
    private readonly IPAddress _host;
    private readonly SafeFileHandle _machine;
    private readonly RouteSocket _machineRoutes;
    private SafeFileHandle? _fabric;
    private readonly HashSet<IPAddress> _vacant = [];
    private RouteSocket? _fabricRoutes;
    private AddressAnnouncer? _announcer;
    private int _bridge;
    private int _loopback;

    /// <param name="host">This machine's address among the pods.</param>
    public PodFabric(NodeNetwork plan, IPAddress host)
    {
        _plan = plan;
        _host = host;
        _machine = NetworkNamespace.OpenOwn();
        _machineRoutes = new RouteSocket();
    }

    /// <summary>Removes whatever carries this plan's names. Addresses and links go at once, processes in a namespace are not touched.</summary>
    public void RemoveAll()
    {
        _machineRoutes.RemoveLink(_plan.BridgeName);
        foreach (var name in NetworkNamespace.Names())
        {
            if (name == _plan.BridgeName || name.StartsWith(_plan.BridgeName + "-", StringComparison.Ordinal))
            {
                NetworkNamespace.Remove(name);
            }
        }

        NetworkNamespace.RemoveRootIfEmpty();
    }

    public async Task BuildAsync()
    {
        await NetworkNamespace.CreateAsync(_plan.BridgeName, BuildInside);
        _fabric = File.OpenHandle(NetworkNamespace.PathOf(_plan.BridgeName));
        var machineLink = Index(_plan.BridgeName);
        _machineRoutes.SetUp(machineLink);
        _machineRoutes.AddAddress(machineLink, _host, _plan.PodPrefix.PrefixLength);
        _machineRoutes.AddRoute(_plan.ServicePrefix, _plan.Gateway, machineLink);
    }

    /// <param name="held">Path of a namespace that is there already; null makes one.</param>
    /// <returns>Path of the pod's namespace.</returns>
    public async Task<string> AttachAsync(int offset, IPAddress address, string? held = null)
    {
        var name = NamespaceOf(address);
        NetworkNamespace.Remove(name);
        await NetworkNamespace.CreateAsync(name, () => AttachInside(offset, address), held);
        if (_vacant.Remove(address))
        {
            _fabricRoutes!.RemoveLocalRoute(Single(address), _loopback);
            _announcer!.Announce(_bridge, address, HardwareAddress(address));
        }

        return NetworkNamespace.PathOf(name);
    }

    /// <summary>
    /// From here on the fabric itself has the address, where nobody listens: who still sends to the pod is told so at once
    /// (a reset), where packets to an address nobody has would be waited for in vain.
    /// </summary>
    public void Detach(int offset, IPAddress address)
    {
        _fabricRoutes!.AddLocalRoute(Single(address), _loopback);
        _vacant.Add(address);
        _announcer!.Announce(_bridge, address, HardwareAddress(_plan.Gateway));
        // Nothing that may still run in the namespace answers at the address from here on. The link goes with the namespace:
        // the kernel removes many in the time that waiting for one takes (30 ms).
        _fabricRoutes!.DisableBridgePort(PodPortIndex(offset));
        NetworkNamespace.Remove(NamespaceOf(address));
    }

    public void Dispose()
    {
        _announcer?.Dispose();
        _fabricRoutes?.Dispose();
        _fabric?.Dispose();
        _machineRoutes.Dispose();
        _machine.Dispose();
    }

    private bool BuildInside()
    {
        SetForNewLinks();
        _fabricRoutes = new RouteSocket();
        _announcer = new AddressAnnouncer();
        _loopback = Index(Loopback);
        _fabricRoutes.SetUp(_loopback);
        // The gateway's address in every pod's ARP cache: were it to change, pods would talk to nobody until they ask again.
        _fabricRoutes.AddBridge(Bridge, HardwareAddress(_plan.Gateway));
        _bridge = Index(Bridge);
        _fabricRoutes.AddAddress(_bridge, _plan.Gateway, _plan.PodPrefix.PrefixLength);
        _fabricRoutes.AddLocalRoute(_plan.ServicePrefix, _loopback);
        _fabricRoutes.AddVeth("host", 0, _bridge, _plan.BridgeName, HardwareAddress(_host), _machine);
        return true;
    }

    private bool AttachInside(int offset, IPAddress address)
    {
        SetForNewLinks();
        using var own = File.OpenHandle("/proc/thread-self/ns/net");
        // There still is one when a process of the last pod with this address lives on.
        _fabricRoutes!.RemoveLink(PodPort(offset));
        _fabricRoutes.AddVeth(PodPort(offset), PodPortIndex(offset), _bridge, PodLink, HardwareAddress(address), own);
        using var routes = new RouteSocket();
        routes.SetUp(Index(Loopback));
        var link = Index(PodLink);
        routes.SetUp(link);
        routes.AddAddress(link, address, _plan.PodPrefix.PrefixLength);
        routes.AddRoute(_plan.ServicePrefix, _plan.Gateway, link);
        routes.AddRoute(null, _host, link);
        return true;
    }

    private static IPNetwork Single(IPAddress address) => new(address, 32);

    private string NamespaceOf(IPAddress address) => $"{_plan.BridgeName}-{address}";

    private static string PodPort(int offset) => string.Create(CultureInfo.InvariantCulture, $"pod{offset}");

    /// <summary>Far above what the kernel counts up to for the few other links there.</summary>
    private static int PodPortIndex(int offset) => 1000 + offset;

    /// <summary>Made from the IP address, so that nobody's ARP cache is wrong when an address comes back with another pod.</summary>
    private static byte[] HardwareAddress(IPAddress address) => [0x0a, 0x58, .. address.GetAddressBytes()];

    private static int Index(string link) => (int)NetworkLibc.if_nametoindex(link);

    /// <summary>
    /// Saves each new link the search for an IPv6 address nobody will use, and frames on a bridge the way through br_netfilter.
    /// Programs keep ::1: the loopback link is older. Where /proc/sys is read-only, both only cost a little time.
    /// </summary>
    private static void SetForNewLinks()
    {
        Set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
        Set("/proc/sys/net/bridge/bridge-nf-call-iptables", "0");

        static void Set(string path, string value)
        {
            try
            {
                if (File.Exists(path))
                {
                    File.WriteAllText(path, value);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
            }
        }
    }
}

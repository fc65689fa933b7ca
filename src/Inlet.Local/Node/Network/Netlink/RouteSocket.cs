using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Network.Netlink;

/// <summary>
/// Changes links, addresses and routes of one network namespace through rtnetlink, in microseconds where starting <c>ip</c>
/// costs milliseconds and has to be installed. The socket belongs to the namespace of the thread that opened it, whichever
/// thread uses it later. One caller at a time.
/// </summary>
internal sealed unsafe class RouteSocket : IDisposable
{
    private const int FamilyNetlink = 16;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const int ProtocolRoute = 0;
    private const ushort ErrorMessage = 2;

    private readonly SafeFileHandle _socket;
    private readonly byte[] _answer = new byte[8192];
    private uint _sequence;

    public RouteSocket()
    {
        var fd = NetworkLibc.socket(FamilyNetlink, Raw | CloseOnExec, ProtocolRoute);
        if (fd < 0)
        {
            throw new NetlinkException("cannot open a netlink socket", Marshal.GetLastPInvokeError());
        }

        _socket = new SafeFileHandle(fd, ownsHandle: true);
    }

    public void Dispose() => _socket.Dispose();

    /// <param name="hardwareAddress">Without one a bridge takes the lowest of its ports', and another whenever ports come and go.</param>
    public void AddBridge(string name, byte[] hardwareAddress) => Send($"cannot add bridge {name}", new RouteMessage(RouteRequest.NewLink, RouteFlags.Create)
        .LinkHeader(up: true)
        .Attribute(RouteConstants.LinkName, name)
        .Attribute(RouteConstants.LinkAddress, hardwareAddress)
        .Attributes(RouteConstants.LinkInfo, static info => info.Attribute(RouteConstants.LinkInfoKind, "bridge")));

    /// <summary>Adds a pair of links: this end up and a port of bridge <paramref name="masterIndex"/>, the other in another namespace, down.</summary>
    /// <param name="index">Of this end; 0 leaves the choice to the kernel.</param>
    public void AddVeth(string name, int index, int masterIndex, string peerName, byte[] peerHardwareAddress, SafeFileHandle peerNamespace) =>
        Send($"cannot add link {name} with peer {peerName}", new RouteMessage(RouteRequest.NewLink, RouteFlags.Create)
            .LinkHeader(index, up: true)
            .Attribute(RouteConstants.LinkName, name)
            .Attribute(RouteConstants.LinkMaster, masterIndex)
            .Attributes(RouteConstants.LinkInfo, info => info
                .Attribute(RouteConstants.LinkInfoKind, "veth")
                .Attributes(RouteConstants.LinkInfoData, data => data
                    .Attributes(RouteConstants.VethPeer, peer => peer
                        .LinkHeader()
                        .Attribute(RouteConstants.LinkName, peerName)
                        .Attribute(RouteConstants.LinkAddress, peerHardwareAddress)
                        .Attribute(RouteConstants.LinkNamespace, (int)peerNamespace.DangerousGetHandle())))));

    public void SetUp(int index) =>
        Send($"cannot set link {index} up", new RouteMessage(RouteRequest.NewLink, RouteFlags.Change).LinkHeader(index, up: true));

    /// <summary>Stops a bridge from passing anything to and from one of its ports.</summary>
    public void DisableBridgePort(int index) =>
        Send($"cannot disable bridge port {index}", new RouteMessage(RouteRequest.SetLink, RouteFlags.Change)
            .LinkHeader(index, family: RouteConstants.FamilyBridge)
            .Attributes(RouteConstants.LinkProtocolInfo, static port => port
                .Attribute(RouteConstants.BridgePortState, [RouteConstants.BridgePortDisabled])));

    /// <returns>False when there is no such link.</returns>
    public bool RemoveLink(string name)
    {
        var message = new RouteMessage(RouteRequest.DeleteLink, RouteFlags.Change).LinkHeader().Attribute(RouteConstants.LinkName, name);
        var error = Exchange(message);
        return error switch
        {
            0 => true,
            NetlinkException.NoSuchDevice => false,
            _ => throw new NetlinkException($"cannot remove link {name}", error),
        };
    }

    public void AddAddress(int index, IPAddress address, int prefixLength) =>
        Send($"cannot add address {address}/{prefixLength}", new RouteMessage(RouteRequest.NewAddress, RouteFlags.Create)
            .AddressHeader(index, prefixLength)
            .Attribute(RouteConstants.AddressLocal, address)
            .Attribute(RouteConstants.AddressAddress, address));

    /// <param name="destination">Null is the default route.</param>
    public void AddRoute(IPNetwork? destination, IPAddress gateway, int index)
    {
        var message = new RouteMessage(RouteRequest.NewRoute, RouteFlags.Create).RouteHeader(
            destination?.PrefixLength ?? 0, RouteConstants.TableMain, RouteConstants.ScopeUniverse, RouteConstants.TypeUnicast);
        if (destination is { } network)
        {
            message.Attribute(RouteConstants.RouteDestination, network.BaseAddress);
        }

        Send($"cannot add route {destination?.ToString() ?? "default"} via {gateway}", message
            .Attribute(RouteConstants.RouteGateway, gateway)
            .Attribute(RouteConstants.RouteInterface, index));
    }

    /// <summary>Makes every address of <paramref name="network"/> one of this namespace's own.</summary>
    public void AddLocalRoute(IPNetwork network, int loopbackIndex) =>
        Send($"cannot make {network} local", new RouteMessage(RouteRequest.NewRoute, RouteFlags.Create)
            .RouteHeader(network.PrefixLength, RouteConstants.TableLocal, RouteConstants.ScopeHost, RouteConstants.TypeLocal)
            .Attribute(RouteConstants.RouteDestination, network.BaseAddress)
            .Attribute(RouteConstants.RouteInterface, loopbackIndex));

    /// <summary>Takes back what <see cref="AddLocalRoute"/> did; nothing happens when it was not done.</summary>
    public void RemoveLocalRoute(IPNetwork network, int loopbackIndex)
    {
        var error = Exchange(new RouteMessage(RouteRequest.DeleteRoute, RouteFlags.Change)
            .RouteHeader(network.PrefixLength, RouteConstants.TableLocal, RouteConstants.ScopeHost, RouteConstants.TypeLocal)
            .Attribute(RouteConstants.RouteDestination, network.BaseAddress)
            .Attribute(RouteConstants.RouteInterface, loopbackIndex));
        if (error is not (0 or NetlinkException.NoSuchProcess))
        {
            throw new NetlinkException($"cannot give up {network}", error);
        }
    }

    private void Send(string what, RouteMessage message)
    {
        var error = Exchange(message);
        if (error != 0)
        {
            throw new NetlinkException(what, error);
        }
    }

    /// <returns>errno; 0 is success.</returns>
    private int Exchange(RouteMessage message)
    {
        var fd = (int)_socket.DangerousGetHandle();
        var request = message.Finish(++_sequence);
        fixed (byte* bytes = request)
        {
            if (NetworkLibc.send(fd, bytes, request.Length, 0) != request.Length)
            {
                return Marshal.GetLastPInvokeError();
            }
        }

        fixed (byte* bytes = _answer)
        {
            while (true)
            {
                var count = NetworkLibc.recv(fd, bytes, _answer.Length, 0);
                if (count < 0)
                {
                    return Marshal.GetLastPInvokeError();
                }

                if (Acknowledgement(_answer.AsSpan(0, (int)count)) is { } error)
                {
                    return error;
                }
            }
        }
    }

    private int? Acknowledgement(ReadOnlySpan<byte> answer)
    {
        const int HeaderLength = 16;
        return answer.Length >= HeaderLength + sizeof(int)
            && MemoryMarshal.Read<ushort>(answer[4..]) == ErrorMessage
            && MemoryMarshal.Read<uint>(answer[8..]) == _sequence
                ? -MemoryMarshal.Read<int>(answer[HeaderLength..])
                : null;
    }
}

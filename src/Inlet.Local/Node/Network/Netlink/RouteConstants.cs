namespace Inlet.Local.Node.Network.Netlink;

/// <summary>rtnetlink's requests (linux/rtnetlink.h).</summary>
internal enum RouteRequest : ushort
{
    NewLink = 16,
    DeleteLink = 17,
    SetLink = 19,
    NewAddress = 20,
    NewRoute = 24,
    DeleteRoute = 25,
}

/// <summary>Flags of a request (linux/netlink.h). Every request asks for an acknowledgement: that is where errors come back.</summary>
[Flags]
internal enum RouteFlags : ushort
{
    Change = 0x1 | 0x4,
    Create = Change | 0x400 | 0x200,
}

/// <summary>Attribute and field numbers (linux/if_link.h, linux/if_addr.h, linux/rtnetlink.h, linux/veth.h).</summary>
internal static class RouteConstants
{
    public const byte FamilyIpv4 = 2;
    public const byte FamilyBridge = 7;

    public const ushort LinkAddress = 1;
    public const ushort LinkName = 3;
    public const ushort LinkMaster = 10;
    public const ushort LinkProtocolInfo = 12;
    public const ushort LinkInfo = 18;
    public const ushort LinkNamespace = 28;
    public const ushort LinkInfoKind = 1;
    public const ushort LinkInfoData = 2;
    public const ushort VethPeer = 1;
    public const ushort BridgePortState = 1;
    public const byte BridgePortDisabled = 0;

    public const ushort AddressAddress = 1;
    public const ushort AddressLocal = 2;

    public const ushort RouteDestination = 1;
    public const ushort RouteInterface = 4;
    public const ushort RouteGateway = 5;

    public const byte ProtocolStatic = 4;
    public const byte TableMain = 254;
    public const byte TableLocal = 255;
    public const byte ScopeUniverse = 0;
    public const byte ScopeHost = 254;
    public const byte TypeUnicast = 1;
    public const byte TypeLocal = 2;
}

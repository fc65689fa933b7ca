using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Network.Netlink;

/// <summary>The kernel refused a change of links, addresses or routes.</summary>
internal sealed class NetlinkException(string what, int error)
    : Exception($"{what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})")
{
    public const int NotPermitted = 1;
    public const int NoSuchProcess = 3;
    public const int NoSuchDevice = 19;
    public const int Exists = 17;
    public const int NotSupported = 95;

    /// <summary>errno.</summary>
    public int Error => error;
}

using System.Net.Sockets;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>A listening socket whose connections go to <paramref name="Target"/>.</summary>
internal sealed record RelayListener(Socket Socket, RelayTarget Target)
{
    public int Fd { get; } = (int)Socket.Handle;

    /// <summary>What marks the listener's events; set by its loop.</summary>
    public ulong Tag { get; set; }
}

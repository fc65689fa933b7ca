using System.Net.Sockets;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>A socket whose connections, or datagrams, go to <paramref name="target"/>.</summary>
internal sealed class RelayListener(Socket socket, RelayTarget target)
{
    public Socket Socket => socket;

    public int Fd { get; } = (int)socket.Handle;

    public RelayTarget Target => target;

    /// <summary>What marks the listener's events; set by its loop.</summary>
    public ulong Tag { get; set; }
}

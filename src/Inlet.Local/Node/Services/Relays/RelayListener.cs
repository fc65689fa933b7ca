using System.Net;
using System.Net.Sockets;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>A socket whose connections, or datagrams, go to <paramref name="target"/>.</summary>
/// <param name="sources">Who may use it; null for everyone.</param>
internal sealed class RelayListener(Socket socket, RelayTarget target, IPNetwork[]? sources)
{
    public Socket Socket => socket;

    public int Fd { get; } = (int)socket.Handle;

    public RelayTarget Target => target;

    public bool Admits(PeerAddress client)
    {
        if (sources is null)
        {
            return true;
        }

        var address = client.ToIPAddress();
        return Array.Exists(sources, source => source.Contains(address));
    }

    /// <summary>What marks the listener's events; set by its loop.</summary>
    public ulong Tag { get; set; }
}

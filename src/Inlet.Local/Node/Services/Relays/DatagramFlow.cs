using System.Net;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>One client of a UDP port and the endpoint its datagrams go to.</summary>
/// <param name="fd">Connected to the endpoint.</param>
/// <param name="clientAddress">In the kernel's form, for the answers.</param>
internal sealed class DatagramFlow(int fd, PeerAddress client, byte[] clientAddress, IPEndPoint endpoint)
{
    public int Fd => fd;

    public PeerAddress Client => client;

    public byte[] ClientAddress => clientAddress;

    public IPEndPoint Endpoint => endpoint;

    /// <summary>The list in which <see cref="Endpoint"/> was last found.</summary>
    public required EndpointList Among { get; set; }

    /// <summary>Milliseconds of the loop's clock.</summary>
    public long LastUsed { get; set; }

    public ulong Tag { get; set; }
}

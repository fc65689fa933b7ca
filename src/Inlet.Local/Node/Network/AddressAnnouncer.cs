using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Network;

/// <summary>
/// Tells everyone on a bridge which hardware address an IPv4 address has from now on (gratuitous ARP, RFC 5227 section 3), so
/// that nobody goes on sending to the one it had. The socket belongs to the namespace of the thread that made it. One caller
/// at a time.
/// </summary>
internal sealed unsafe class AddressAnnouncer : IDisposable
{
    private const int FamilyPacket = 17;
    private const int Raw = 3;
    private const int CloseOnExec = 0x80000;
    private const ushort EtherTypeArp = 0x0806;
    private const int FrameBytes = 42;
    private const int LinkAddressBytes = 20;

    private readonly SafeFileHandle _socket;

    public AddressAnnouncer()
    {
        // Protocol 0: it sends, and is given nothing to read.
        var fd = NetworkLibc.socket(FamilyPacket, Raw | CloseOnExec, 0);
        if (fd < 0)
        {
            throw new PodNetworkException($"cannot open a packet socket: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        _socket = new SafeFileHandle(fd, ownsHandle: true);
    }

    /// <summary>A frame that is lost is no loss for good: whoever missed it asks again when its own entry is over.</summary>
    /// <param name="link">Index of the bridge.</param>
    public void Announce(int link, IPAddress address, ReadOnlySpan<byte> hardwareAddress)
    {
        Span<byte> frame = stackalloc byte[FrameBytes];
        Span<byte> to = stackalloc byte[LinkAddressBytes];
        WriteRequest(frame, address, hardwareAddress);
        to.Clear();
        MemoryMarshal.Write(to, (ushort)FamilyPacket);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], EtherTypeArp);
        MemoryMarshal.Write(to[4..], link);
        to[11] = 6;
        to.Slice(12, 6).Fill(0xff);
        fixed (byte* bytes = frame, peer = to)
        {
            _ = NetworkLibc.sendto((int)_socket.DangerousGetHandle(), bytes, FrameBytes, 0, peer, LinkAddressBytes);
        }
    }

    public void Dispose() => _socket.Dispose();

    // Asks for its own address: whoever has an entry for the sender takes the new one at once, where an answer may come too
    // soon after the last one to be believed.
    private static void WriteRequest(Span<byte> frame, IPAddress address, ReadOnlySpan<byte> hardwareAddress)
    {
        const ushort Ethernet = 1, Ipv4 = 0x0800, Request = 1;
        frame.Clear();
        frame[..6].Fill(0xff);
        hardwareAddress.CopyTo(frame[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherTypeArp);
        BinaryPrimitives.WriteUInt16BigEndian(frame[14..], Ethernet);
        BinaryPrimitives.WriteUInt16BigEndian(frame[16..], Ipv4);
        frame[18] = 6;
        frame[19] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(frame[20..], Request);
        hardwareAddress.CopyTo(frame[22..]);
        address.TryWriteBytes(frame[28..], out _);
        address.TryWriteBytes(frame[38..], out _);
    }
}

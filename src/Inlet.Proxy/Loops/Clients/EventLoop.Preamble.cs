using System.Globalization;
using System.Net;
using System.Text;
using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>The PROXY protocol header in front of a connection from a trusted peer, before TLS and HTTP.</summary>
internal sealed unsafe partial class EventLoop
{
    /// <returns>False when it is not all here yet, or the connection is closed.</returns>
    private bool ReadPreamble(ClientConnection client)
    {
        if (!client.Readable)
        {
            return false;
        }

        var source = PeekPreamble(client, out var ended);
        var header = default(ProxyHeader);
        var status = source.IsEmpty ? ParseStatus.Incomplete : ProxyHeaderParser.Parse(source, out header);
        if (status == ParseStatus.Complete)
        {
            fixed (byte* start = _scratch)
            {
                // Exactly the header: what follows is for TLS or HTTP to read.
                _ = Libc.recv(client.Fd, start, header.Length, 0);
            }

            if (!Apply(client, header))
            {
                Close(client);
                return false;
            }

            client.Phase = !client.Tls ? ClientPhase.Head : _shared.Published.Passthrough is null ? ClientPhase.Handshake : ClientPhase.Sniffing;
            return true;
        }

        // What was peeked at is still in the socket; more of it brings an edge of its own.
        client.Readable = false;
        if (status == ParseStatus.Refused || ended || client.PeerFinished)
        {
            _counters.PreamblesRefused++;
            Close(client);
        }

        return false;
    }

    private ReadOnlySpan<byte> PeekPreamble(ClientConnection client, out bool ended)
    {
        fixed (byte* start = _scratch)
        {
            var count = (int)Libc.recv(client.Fd, start, ProxyHeaderParser.MaxBytes, Libc.Peek);
            ended = count == 0 || (count < 0 && Libc.LastError is not (Libc.Again or Libc.Interrupted));
            return _scratch.AsSpan(0, Math.Max(count, 0));
        }
    }

    /// <returns>False when the client has as many connections as it may.</returns>
    private bool Apply(ClientConnection client, ProxyHeader header)
    {
        if (header.Source is not { } source)
        {
            return true;
        }

        NameClient(client, source);
        client.Port = Encoding.ASCII.GetBytes(header.DestinationPort.ToString(CultureInfo.InvariantCulture));
        return client.TrustedPeer || EntersLimits(source, out client.CountedAs);
    }

    /// <summary>The address that requests of this connection come from, and whether it may speak for others.</summary>
    private void NameClient(ClientConnection client, IPAddress address)
    {
        client.AddressLength = address.TryFormat(client.Address, out var written) ? written : 0;
        client.TrustedPeer = _shared.TrustedPeers.Contains(address);
    }
}

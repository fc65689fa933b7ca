using System.Buffers.Binary;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>UDP: a client's datagrams go to one endpoint as long as it sends some and the endpoint is one.</summary>
internal sealed unsafe partial class RelayLoop
{
    private const int MaxDatagramsPerTurn = 64;
    private const int FlowIdleMilliseconds = 60_000;
    private const int SweepMilliseconds = 10_000;

    private readonly Dictionary<RelayListener, DatagramRelay> _datagrams = [];
    private long _sweepAt;

    private void AddDatagrams(RelayListener listener)
    {
        var relay = new DatagramRelay(this, listener);
        _datagrams.Add(listener, relay);
        listener.Tag = StartReading(listener.Fd, relay.FromClients);
    }

    private void RemoveDatagrams(RelayListener listener)
    {
        if (_datagrams.Remove(listener, out var relay))
        {
            relay.Close();
        }
    }

    private void SweepFlows()
    {
        if (_sweepAt == 0 || _now < _sweepAt)
        {
            return;
        }

        var left = 0;
        foreach (var relay in _datagrams.Values)
        {
            left += relay.CloseIdle(_now - FlowIdleMilliseconds);
        }

        _sweepAt = left > 0 ? _now + SweepMilliseconds : 0;
    }

    /// <summary>One UDP port of a Service and its clients.</summary>
    private sealed class DatagramRelay(RelayLoop loop, RelayListener listener)
    {
        // Each costs a descriptor until it is idle: a flood from made-up addresses must not take them all.
        private const int MaxFlows = 4096;

        private readonly Dictionary<PeerAddress, DatagramFlow> _flows = [];

        public void FromClients()
        {
            var address = stackalloc byte[PeerAddress.MaxBytes];
            for (var count = 0; count < MaxDatagramsPerTurn; count++)
            {
                var addressLength = PeerAddress.MaxBytes;
                var length = RelayLibc.recvfrom(listener.Fd, loop._buffer, BufferBytes, 0, address, &addressLength);
                if (length < 0)
                {
                    // Nothing more, or an ICMP error for an answer sent before, which this call has taken away.
                    return;
                }

                if (FlowOf(new ReadOnlySpan<byte>(address, addressLength)) is { } flow)
                {
                    flow.LastUsed = loop._now;
                    _ = RelayLibc.send(flow.Fd, loop._buffer, length, RelayLibc.NoSignal);
                }
            }
        }

        /// <returns>How many flows are left.</returns>
        public int CloseIdle(long unusedSince)
        {
            foreach (var flow in _flows.Values)
            {
                if (flow.LastUsed <= unusedSince)
                {
                    Close(flow);
                }
            }

            return _flows.Count;
        }

        public void Close()
        {
            foreach (var flow in _flows.Values)
            {
                Close(flow);
            }

            loop.StopReading(listener.Fd, listener.Tag);
            listener.Socket.Dispose();
        }

        private void FromEndpoint(DatagramFlow flow)
        {
            for (var count = 0; count < MaxDatagramsPerTurn; count++)
            {
                var length = RelayLibc.recv(flow.Fd, loop._buffer, BufferBytes, 0);
                if (length < 0)
                {
                    if (RelayLibc.LastError is not (RelayLibc.Again or RelayLibc.Interrupted))
                    {
                        // Nobody listens there: the client's next datagram tries another endpoint.
                        Close(flow);
                    }

                    return;
                }

                flow.LastUsed = loop._now;
                fixed (byte* client = flow.ClientAddress)
                {
                    _ = RelayLibc.sendto(listener.Fd, loop._buffer, length, RelayLibc.NoSignal, client, flow.ClientAddress.Length);
                }
            }
        }

        private DatagramFlow? FlowOf(ReadOnlySpan<byte> address)
        {
            var client = PeerAddress.Read(address);
            var endpoints = listener.Target.Endpoints;
            if (_flows.TryGetValue(client, out var known))
            {
                // Unlike a connection, a flow has no end: it must not go on to an endpoint that is none any more.
                if (known.Among == endpoints || endpoints.IndexOf(known.Endpoint) >= 0)
                {
                    known.Among = endpoints;
                    return known;
                }

                Close(known);
            }

            if (endpoints.Count == 0 || _flows.Count >= MaxFlows || !listener.Admits(client))
            {
                return null;
            }

            return Open(client, address, endpoints);
        }

        private DatagramFlow? Open(PeerAddress client, ReadOnlySpan<byte> address, EndpointList endpoints)
        {
            var ip = client.ToIPAddress();
            var chosen = listener.Target.ChooseFirst(endpoints, ip);
            var to = endpoints.AddressAt(chosen);
            var family = BinaryPrimitives.ReadUInt16LittleEndian(to);
            var fd = RelayLibc.socket(family, RelayLibc.Datagram | RelayLibc.NonBlocking | RelayLibc.CloseOnExec, 0);
            if (fd < 0)
            {
                return null;
            }

            fixed (byte* bytes = to)
            {
                if (RelayLibc.connect(fd, bytes, to.Length) < 0)
                {
                    _ = RelayLibc.close(fd);
                    return null;
                }
            }

            var flow = new DatagramFlow(fd, client, address.ToArray(), endpoints[chosen]) { Among = endpoints };
            flow.Tag = loop.StartReading(fd, () => FromEndpoint(flow));
            _flows.Add(client, flow);
            listener.Target.Remember(ip, flow.Endpoint);
            loop._sweepAt = loop._sweepAt == 0 ? loop._now + SweepMilliseconds : loop._sweepAt;
            return flow;
        }

        private void Close(DatagramFlow flow)
        {
            loop.StopReading(flow.Fd, flow.Tag);
            _ = RelayLibc.close(flow.Fd);
            _flows.Remove(flow.Client);
        }
    }
}

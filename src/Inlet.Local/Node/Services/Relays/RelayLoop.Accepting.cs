using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>Listeners, and what they accept.</summary>
internal sealed unsafe partial class RelayLoop
{
    private const int MaxAcceptsPerTurn = 64;

    /// <summary>On the loop's thread.</summary>
    public void Add(RelayListener listener)
    {
        if (listener.Socket.SocketType == SocketType.Dgram)
        {
            AddDatagrams(listener);
            return;
        }

        listener.Tag = StartReading(listener.Fd, () => Accept(listener));
        _listeners.Add(listener.Tag, listener);
        if (_acceptAgainAt > 0)
        {
            _epoll.Remove(listener.Fd);
        }
    }

    /// <summary>On the loop's thread. Closes the listening socket; connections it accepted stay.</summary>
    public void Remove(RelayListener listener)
    {
        RemoveDatagrams(listener);
        if (_listeners.Remove(listener.Tag))
        {
            StopReading(listener.Fd, listener.Tag);
            // What the kernel has already accepted for us would be reset by the close.
            Accept(listener);
            listener.Socket.Dispose();
        }
    }

    private void Accept(RelayListener listener)
    {
        var address = stackalloc byte[PeerAddress.MaxBytes];
        for (var count = 0; count < MaxAcceptsPerTurn; count++)
        {
            var length = PeerAddress.MaxBytes;
            var fd = RelayLibc.accept4(listener.Fd, address, &length, RelayLibc.NonBlocking | RelayLibc.CloseOnExec);
            if (fd >= 0)
            {
                HandOn(listener, fd, PeerAddress.Read(new ReadOnlySpan<byte>(address, length)));
                continue;
            }

            var error = RelayLibc.LastError;
            if (error is RelayLibc.ConnectionAborted or RelayLibc.Interrupted)
            {
                continue;
            }

            if (error != RelayLibc.Again)
            {
                PauseAccepting(error);
            }

            return;
        }
    }

    private void HandOn(RelayListener listener, int fd, PeerAddress peer)
    {
        var target = listener.Target;
        var endpoints = target.Endpoints;
        if (endpoints.Count == 0 || !listener.Admits(peer))
        {
            Reset(fd);
            return;
        }

        var client = target.HasAffinity ? peer.ToIPAddress() : null;
        var loop = NextLoop();
        if (loop == this)
        {
            Open(target, endpoints, fd, client);
        }
        else
        {
            loop.Post(() => loop.Open(target, endpoints, fd, client));
        }
    }

    private void Open(RelayTarget target, EndpointList endpoints, int fd, IPAddress? client)
    {
        var connection = new RelayConnection(target, endpoints) { Open = true, ClientAddress = client };
        connection.Client.Fd = fd;
        connection.Endpoint = target.ChooseFirst(endpoints, client ?? IPAddress.None);
        AddSlot(connection);
        Register(connection, connection.Client);
        Connect(connection);
    }

    private void AddSlot(RelayConnection connection)
    {
        if (!_freeSlots.TryPop(out var slot))
        {
            slot = _slotCount++;
            if (slot == _slots.Length)
            {
                Array.Resize(ref _slots, slot * 2);
                Array.Resize(ref _generations, slot * 2);
            }
        }

        connection.Slot = slot;
        // 31 bits: the top bit of the event's data marks listeners.
        connection.Generation = _generations[slot] = (_generations[slot] + 1) & 0x7fff_ffff;
        _slots[slot] = connection;
    }

    private void Register(RelayConnection connection, RelaySide side)
    {
        var which = side == connection.Client ? 0u : 1u;
        _epoll.Add(
            side.Fd,
            RelayLibc.EpollIn | RelayLibc.EpollOut | RelayLibc.EpollReadHangUp | RelayLibc.EpollEdge,
            ((ulong)connection.Generation << 32) | ((uint)connection.Slot << 1) | which);
    }

    /// <summary>Out of descriptors: a level-triggered listener would spin, so all rest for a moment.</summary>
    private void PauseAccepting(int error)
    {
        RelayLog.AcceptFailed(_logger, Marshal.GetPInvokeErrorMessage(error));
        if (_acceptAgainAt == 0)
        {
            _acceptAgainAt = _now + AcceptPauseMilliseconds;
            foreach (var listener in _listeners.Values)
            {
                _epoll.Remove(listener.Fd);
            }
        }
    }

    private void ResumeAccepting()
    {
        _acceptAgainAt = 0;
        foreach (var listener in _listeners.Values)
        {
            _epoll.Add(listener.Fd, RelayLibc.EpollIn, listener.Tag);
        }
    }
}

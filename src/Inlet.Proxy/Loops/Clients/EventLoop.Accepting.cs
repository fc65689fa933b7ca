using System.Net;

namespace Inlet.Proxy;

/// <summary>Taking connections in, and leaving them to wait when there are enough.</summary>
internal sealed unsafe partial class EventLoop
{
    private const int MaxAcceptsPerTurn = 64;

    /// <summary>How long accepting rests when nothing says earlier that there is room.</summary>
    private const long AcceptRestMilliseconds = 100;

    private const long AcceptWarningMilliseconds = 10_000;

    private const long CrowdedMilliseconds = 1000;

    private long _acceptAgainAt;
    private long _acceptWarnedAt = -AcceptWarningMilliseconds;

    // Until then idle connections have to make room, and answers end theirs.
    private long _crowdedUntil;

    private bool IsCrowded => _now < _crowdedUntil;

    private void Accept(Listener listener)
    {
        var address = stackalloc byte[SocketAddress.MaxLength];
        for (var count = 0; !listener.IsClosed && (count < MaxAcceptsPerTurn || (_draining && count < Sockets.Backlog)); count++)
        {
            if (!_shared.Limits.HasRoom && !_draining)
            {
                MakeRoom();
                return;
            }

            var length = SocketAddress.MaxLength;
            var fd = Libc.accept4(listener.Fd, address, &length, Libc.NonBlocking | Libc.CloseOnExec);
            if (fd < 0)
            {
                var error = Libc.LastError;
                if (error is Libc.ConnectionAborted or Libc.Interrupted)
                {
                    continue;
                }

                if (error != Libc.Again)
                {
                    AcceptFailed(error);
                }

                return;
            }

            OpenClient(fd, listener, SocketAddress.AddressOf(new ReadOnlySpan<byte>(address, length)));
        }
    }

    private void OpenClient(int fd, Listener listener, IPAddress address)
    {
        UInt128 countedAs = 0;
        var trusted = _shared.TrustedPeers.Contains(address);
        if (!trusted && !EntersLimits(address, out countedAs))
        {
            _ = Libc.close(fd);
            return;
        }

        Sockets.NoDelay(fd);
        var client = _freeClients.TryPop(out var free) ? free : new ClientConnection();
        client.Reset(fd, listener.Tls);
        client.CountedAs = countedAs;
        client.Port = listener.PortText;
        NameClient(client, address);
        if (trusted && _options.ProxyProtocol)
        {
            client.Phase = ClientPhase.Preamble;
        }
        else if (listener.Tls && _shared.Published.Passthrough is not null)
        {
            client.Phase = ClientPhase.Sniffing;
        }

        _counters.ConnectionsAccepted++;
        _counters.ConnectionsOpen++;
        _shared.Limits.Opened();
        AddSlot(client);
        if (listener.Tls)
        {
            client.Ssl = _shared.Tls!.Open(fd);
            _counters.ConnectionsTls++;
            if (client.Ssl == 0)
            {
                Close(client);
                return;
            }
        }

        SetDeadline(client, _options.HeadTimeout);
    }

    private bool EntersLimits(IPAddress address, out UInt128 countedAs)
    {
        if (_shared.Limits.TryEnter(address, out countedAs))
        {
            return true;
        }

        _counters.ConnectionsRefused++;
        _refusals.Connection(address, _shared.Limits.MostPerAddress!.Value, _now);
        return false;
    }

    private void ForgetClient(ClientConnection client)
    {
        _shared.Limits.Closed();
        _shared.Limits.Leave(client.CountedAs);
        if (_acceptAgainAt > _now)
        {
            // There is room again: no need to wait.
            _acceptAgainAt = _now;
        }
    }

    /// <summary>As many as may be: new ones wait in the kernel, and idle ones give way to them.</summary>
    private void MakeRoom()
    {
        _counters.AcceptPauses++;
        if (MayWarn())
        {
            ProxyLog.ConnectionsFull(_logger, _shared.Limits.Most);
        }

        Crowd();
        RestAccepting();
    }

    private void Crowd()
    {
        if (!IsCrowded)
        {
            _crowdedUntil = _now + CrowdedMilliseconds;
            HurryIdleClients();
        }
    }

    /// <summary>Mostly out of descriptors.</summary>
    private void AcceptFailed(int error)
    {
        _counters.AcceptFailures++;
        if (MayWarn())
        {
            ProxyLog.AcceptFailed(_logger, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error));
        }

        Crowd();
        RestAccepting();
    }

    private bool MayWarn()
    {
        var may = _now - _acceptWarnedAt >= AcceptWarningMilliseconds;
        _acceptWarnedAt = may ? _now : _acceptWarnedAt;
        return may;
    }

    /// <summary>A level-triggered listener that nobody accepts from would spin, so it rests for a moment.</summary>
    private void RestAccepting()
    {
        if (_acceptAgainAt > 0 || _draining)
        {
            return;
        }

        _acceptAgainAt = _now + AcceptRestMilliseconds;
        foreach (var listener in _listeners)
        {
            _ = Libc.epoll_ctl(_epoll, Libc.EpollDelete, listener.Fd, null);
        }
    }

    private void ResumeAccepting()
    {
        _acceptAgainAt = 0;
        for (var at = 0; at < _listeners.Length; at++)
        {
            Register(_listeners[at].Fd, Libc.EpollIn, ListenerTag | (uint)at);
        }
    }

    /// <summary>Gives the connections between two requests a moment for one that is on its way, then closes them.</summary>
    private void HurryIdleClients()
    {
        for (var slot = 0; slot < _slotCount; slot++)
        {
            if (_slots[slot] is ClientConnection { Open: true, Phase: ClientPhase.Preamble or ClientPhase.Head, InLength: 0, OutLength: 0 } idle)
            {
                SetDeadline(idle, _options.DrainIdleTime);
            }
        }
    }
}

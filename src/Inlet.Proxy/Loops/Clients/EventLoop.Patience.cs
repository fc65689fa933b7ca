namespace Inlet.Proxy;

/// <summary>
/// How long a client that sends or takes slowly is waited for. A timeout that begins anew with every byte would let it hold a
/// connection for ever: its bytes buy it time at <see cref="ProxyOptions.MinClientRate"/> instead, up to
/// <see cref="ProxyOptions.ClientTimeout"/> ahead.
/// </summary>
internal sealed partial class EventLoop
{
    private void WaitForBody(ClientConnection client, bool still)
    {
        var rate = _options.MinClientRate;
        if (!still || rate == 0)
        {
            client.PaceMark = client.RequestBytes;
            SetDeadline(client, _options.ClientTimeout);
            return;
        }

        // Body bytes only: chunk sizes and extensions buy nothing.
        var earned = (client.RequestBytes - client.PaceMark) * 1000 / rate;
        if (earned > 0)
        {
            client.PaceMark += earned * rate / 1000;
            _timers.Set(client, Math.Min(_now + (long)_options.ClientTimeout.TotalMilliseconds, client.Deadline + earned));
        }
    }

    private void WaitForReader(ClientConnection client, bool still)
    {
        if (!still)
        {
            client.PaceMark = ClientConnection.NotMeasured;
            SetDeadline(client, _options.ClientTimeout);
        }
    }

    /// <summary>
    /// Whether a client whose time is up has taken enough of what waits for it. Writability cannot tell: the kernel reports it
    /// again only when a third of its buffer is free, for which a slow client may need minutes.
    /// </summary>
    private bool TakesEnough(ClientConnection client)
    {
        var taken = Sockets.BytesAcknowledged(client.Fd);
        var (mark, since) = (client.PaceMark, client.PaceMarkedAt);
        (client.PaceMark, client.PaceMarkedAt) = (taken, _now);
        if (mark == ClientConnection.NotMeasured)
        {
            // Nothing to compare with yet, and asking at every send would cost every download a call.
            SetDeadline(client, _options.ClientTimeout / 4);
            return true;
        }

        if (taken == mark || (taken - mark) * 1000 < _options.MinClientRate * (_now - since))
        {
            return false;
        }

        SetDeadline(client, _options.ClientTimeout);
        return true;
    }
}

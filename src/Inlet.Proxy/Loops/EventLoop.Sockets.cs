namespace Inlet.Proxy;

/// <summary>Closing, reading and writing.</summary>
internal sealed unsafe partial class EventLoop
{
    private const int WouldBlock = -2;
    private const int Failed = -1;

    private void AddSlot(Connection connection)
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
        connection.Queued = false;
        // 31 bits: the top bit of the event's data marks listeners.
        connection.Generation = _generations[slot] = (_generations[slot] + 1) & 0x7fff_ffff;
        _slots[slot] = connection;
        Register(connection.Fd, Libc.EpollIn | Libc.EpollOut | Libc.EpollRdHup | Libc.EpollEdge,
            ((ulong)connection.Generation << 32) | (uint)slot);
    }

    private void Close(Connection connection)
    {
        if (!connection.Open)
        {
            return;
        }

        connection.Open = false;
        _timers.Remove(connection);
        if (connection is ClientConnection ending)
        {
            EndAccount(ending);
            ReturnBuffer(ref ending.LogText);
        }

        if (connection.Ssl != 0)
        {
            if (connection is ClientConnection { Phase: > ClientPhase.Handshake, ShutDown: false } && !connection.Broken)
            {
                _ = OpenSsl.SSL_shutdown(connection.Ssl);
            }
            else if (connection is UpstreamConnection)
            {
                // What ends without this OpenSSL takes for an attack: nobody could take up the session again.
                OpenSsl.SSL_set_shutdown(connection.Ssl, OpenSsl.ShutDownBothWays);
            }

            OpenSsl.ERR_clear_error();
            OpenSsl.SSL_free(connection.Ssl);
            connection.Ssl = 0;
        }

        _ = Libc.close(connection.Fd);
        connection.Fd = -1;
        ReturnBuffer(ref connection.In);
        ReturnBuffer(ref connection.Out);
        ForgetTrailers(ref connection.Trailers);
        connection.InLength = connection.OutLength = connection.OutStart = 0;
        _slots[connection.Slot] = null;
        _freeSlots.Push(connection.Slot);
        if (connection is ClientConnection client)
        {
            ReturnBuffer(ref client.Replay);
            _counters.ConnectionsOpen--;
            ForgetClient(client);
            _counters.TunnelsOpen -= client.Phase == ClientPhase.Tunnel ? 1 : 0;
            var upstream = client.Upstream;
            if (upstream is not null)
            {
                Close(upstream);
            }

            _freeClients.Push(client);
            CheckDrained();
            return;
        }

        var closed = (UpstreamConnection)connection;
        _counters.UpstreamOpen--;
        if (closed.Client is { } owner)
        {
            owner.Upstream = null;
            closed.Client = null;
            closed.Endpoint.EndRequest();
        }
        else if (closed.Service is { } exchange)
        {
            closed.Service = null;
            ServiceLost(exchange);
        }
        else
        {
            closed.Endpoint.Idle.Remove(closed);
        }

        _freeUpstreams.Push(closed);
    }

    /// <summary>Tells the peer that nothing more comes, while it may go on sending.</summary>
    private static void FinishSending(Connection connection)
    {
        if (connection.Ssl != 0)
        {
            // Without the alert a TLS peer must take the end for an attacker's cut (RFC 8446 §6.1).
            _ = OpenSsl.SSL_shutdown(connection.Ssl);
            OpenSsl.ERR_clear_error();
        }

        _ = Libc.shutdown(connection.Fd, Libc.ShutdownWrite);
    }

    private void ReturnBuffer(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            _buffers.Return(buffer);
            buffer = null;
        }
    }

    private void SetDeadline(Connection connection, TimeSpan after) =>
        _timers.Set(connection, _now + (long)after.TotalMilliseconds);

    /// <returns>Bytes read, 0 at the end, <see cref="WouldBlock"/> or <see cref="Failed"/>.</returns>
    private int Receive(Connection connection, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            if (connection.Ssl != 0)
            {
                return ReceiveTls(connection, start, into.Length);
            }

            var count = (int)Libc.recv(connection.Fd, start, into.Length, 0);
            if (count < 0)
            {
                connection.Readable = false;
                return Libc.LastError is Libc.Again or Libc.Interrupted ? WouldBlock : Failed;
            }

            // A short read emptied the socket, unless the end is still behind it: the next byte brings an edge of its own.
            if (count < into.Length && count > 0 && !connection.PeerFinished)
            {
                connection.Readable = false;
            }

            return count;
        }
    }

    private static int ReceiveTls(Connection connection, byte* start, int length)
    {
        var count = SocketBio.Read(connection.Ssl, start, length, out var emptied);
        if (count > 0)
        {
            // Both are needed: OpenSSL may have read several records at once, and it takes the missing rest of one to the byte, after
            // which more may lie in the socket that no edge would tell of again.
            if (emptied && !connection.PeerFinished && OpenSsl.SSL_has_pending(connection.Ssl) == 0)
            {
                connection.Readable = false;
            }

            return count;
        }

        var error = OpenSsl.SSL_get_error(connection.Ssl, count);
        OpenSsl.ERR_clear_error();
        connection.Readable = false;
        connection.ReadWantsWrite = error == OpenSsl.ErrorWantWrite;
        return error is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite ? WouldBlock
            : error == OpenSsl.ErrorZeroReturn ? 0 : Failed;
    }

    private int SendSome(Connection connection, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            if (connection.Ssl != 0)
            {
                return SendTls(connection, start, bytes.Length);
            }

            var count = (int)Libc.send(connection.Fd, start, bytes.Length, Libc.NoSignal);
            if (count >= 0)
            {
                connection.Writable = count == bytes.Length;
                return count;
            }

            connection.Writable = false;
            return Libc.LastError is Libc.Again or Libc.Interrupted ? WouldBlock : Failed;
        }
    }

    private static int SendTls(Connection connection, byte* start, int length)
    {
        var done = 0;
        while (done < length)
        {
            var count = OpenSsl.SSL_write(connection.Ssl, start + done, length - done);
            if (count <= 0)
            {
                var error = OpenSsl.SSL_get_error(connection.Ssl, count);
                OpenSsl.ERR_clear_error();
                connection.Writable = false;
                connection.WriteWantsRead = error == OpenSsl.ErrorWantRead;
                return error is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite ? (done > 0 ? done : WouldBlock) : Failed;
            }

            done += count;
        }

        return done;
    }

    /// <summary>
    /// Sends now what the kernel takes and keeps the rest. Callers send only while nothing is kept, or something small, so a
    /// connection never holds more than one read's worth.
    /// </summary>
    /// <returns>False when the peer is gone.</returns>
    private bool Send(Connection connection, ReadOnlySpan<byte> bytes)
    {
        if (connection.OutLength == 0 && connection.Writable)
        {
            var count = SendSome(connection, bytes);
            if (count == Failed)
            {
                return false;
            }

            if (count > 0)
            {
                CountSent(connection, count);
                bytes = bytes[count..];
            }
        }

        if (!bytes.IsEmpty)
        {
            Keep(connection, bytes);
        }

        return true;
    }

    private void Keep(Connection connection, ReadOnlySpan<byte> bytes)
    {
        var needed = connection.OutLength + bytes.Length;
        if (connection.Out is not { } buffer || connection.OutStart + needed > buffer.Length)
        {
            var larger = _buffers.Rent(needed);
            connection.Out?.AsSpan(connection.OutStart, connection.OutLength).CopyTo(larger);
            ReturnBuffer(ref connection.Out);
            connection.Out = larger;
            connection.OutStart = 0;
        }

        bytes.CopyTo(connection.Out.AsSpan(connection.OutStart + connection.OutLength));
        connection.OutLength = needed;
    }

    /// <returns>False when the peer is gone.</returns>
    private bool Flush(Connection connection)
    {
        while (connection.OutLength > 0 && connection.Writable)
        {
            var count = SendSome(connection, connection.Out.AsSpan(connection.OutStart, connection.OutLength));
            if (count == Failed)
            {
                return false;
            }

            if (count == WouldBlock)
            {
                return true;
            }

            CountSent(connection, count);
            connection.OutStart += count;
            connection.OutLength -= count;
        }

        if (connection.OutLength == 0 && connection.Out is not null)
        {
            ReturnBuffer(ref connection.Out);
            connection.OutStart = 0;
        }

        return true;
    }

    private void CountSent(Connection connection, int count)
    {
        if (connection is UpstreamConnection upstream)
        {
            upstream.Sent += count;
            return;
        }

        _counters.BytesSent += count;
    }

    /// <summary>Keeps bytes that were read too early or not yet understood.</summary>
    private void Save(Connection connection, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            ReturnBuffer(ref connection.In);
            connection.InLength = 0;
            return;
        }

        if (connection.In is not { } buffer || buffer.Length < bytes.Length)
        {
            ReturnBuffer(ref connection.In);
            connection.In = buffer = _buffers.Rent(bytes.Length);
        }

        bytes.CopyTo(buffer);
        connection.InLength = bytes.Length;
    }
}

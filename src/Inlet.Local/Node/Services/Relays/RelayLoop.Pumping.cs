using System.Buffers;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>Moving bytes, ends and resets from one side to the other.</summary>
internal sealed unsafe partial class RelayLoop
{
    private const int BufferBytes = 128 * 1024;
    private const int MaxReadsPerTurn = 8;

    private void Drive(RelayConnection connection)
    {
        if (!connection.Open || !connection.Connected)
        {
            return;
        }

        var (client, backend) = (connection.Client, connection.Backend);
        Pump(connection, client, backend);
        Pump(connection, backend, client);
        // An endpoint that answers, and resets because it does not want the rest of the request, is heard out first.
        if (client.Broken || (backend.Broken && backend.ReadEnded))
        {
            Cut(connection);
        }
        else if (client.WriteEnded && backend.WriteEnded)
        {
            Close(connection);
        }
    }

    private void Pump(RelayConnection connection, RelaySide from, RelaySide to)
    {
        Flush(to);
        for (var reads = 0; from.Readable && !from.ReadEnded && !to.Broken && to.PendingLength == 0; reads++)
        {
            if (reads == MaxReadsPerTurn)
            {
                TurnLater(connection);
                return;
            }

            var count = Receive(from);
            if (count > 0)
            {
                Send(to, new ReadOnlySpan<byte>(_buffer, count));
            }
        }

        if (from.ReadEnded && to.PendingLength == 0 && !to.WriteEnded)
        {
            to.WriteEnded = true;
            if (!from.Broken)
            {
                _ = RelayLibc.shutdown(to.Fd, RelayLibc.ShutdownWrite);
            }
        }
    }

    private int Receive(RelaySide from)
    {
        var count = (int)RelayLibc.recv(from.Fd, _buffer, BufferBytes, 0);
        if (count > 0)
        {
            // A short read emptied the socket, unless the end is still behind it: the next byte brings an edge of its own.
            from.Readable = count == BufferBytes || from.PeerFinished;
            return count;
        }

        from.Readable = false;
        var gone = count < 0 && RelayLibc.LastError is not (RelayLibc.Again or RelayLibc.Interrupted);
        from.Broken |= gone;
        from.ReadEnded = gone || count == 0;
        return count;
    }

    private static void Send(RelaySide to, ReadOnlySpan<byte> bytes)
    {
        var sent = to.Writable ? SendSome(to, bytes) : 0;
        if (sent < bytes.Length && !to.Broken)
        {
            to.Pending = ArrayPool<byte>.Shared.Rent(bytes.Length - sent);
            to.PendingStart = 0;
            to.PendingLength = bytes.Length - sent;
            bytes[sent..].CopyTo(to.Pending);
        }
    }

    private static void Flush(RelaySide to)
    {
        if (to.PendingLength == 0 || !to.Writable)
        {
            return;
        }

        var sent = SendSome(to, to.Pending.AsSpan(to.PendingStart, to.PendingLength));
        to.PendingStart += sent;
        to.PendingLength -= sent;
        if (to.PendingLength == 0 || to.Broken)
        {
            ReturnPending(to);
        }
    }

    private static int SendSome(RelaySide to, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var count = (int)RelayLibc.send(to.Fd, start, bytes.Length, RelayLibc.NoSignal);
            to.Writable = count == bytes.Length;
            if (count >= 0)
            {
                return count;
            }

            if (RelayLibc.LastError is not (RelayLibc.Again or RelayLibc.Interrupted))
            {
                to.Broken = true;
                // What it said before it was reset can still be read, and its end.
                to.Readable = true;
            }

            return 0;
        }
    }

    private static void ReturnPending(RelaySide side)
    {
        if (side.Pending is { } pending)
        {
            side.Pending = null;
            side.PendingLength = 0;
            ArrayPool<byte>.Shared.Return(pending);
        }
    }

    /// <summary>Both ends were passed on.</summary>
    private void Close(RelayConnection connection)
    {
        connection.Open = false;
        _slots[connection.Slot] = null;
        _freeSlots.Push(connection.Slot);
        Close(connection.Client);
        Close(connection.Backend);
    }

    /// <summary>Resets both sides: one that is gone is nothing the other should take for an orderly end.</summary>
    private void Cut(RelayConnection connection)
    {
        if (connection.Open)
        {
            LingerNot(connection.Client.Fd);
            LingerNot(connection.Backend.Fd);
            Close(connection);
        }
    }

    private static void Close(RelaySide side)
    {
        if (side.Fd >= 0)
        {
            _ = RelayLibc.close(side.Fd);
            side.Fd = -1;
        }

        ReturnPending(side);
    }

    private static void Reset(int fd)
    {
        LingerNot(fd);
        _ = RelayLibc.close(fd);
    }

    /// <summary>Close sends a reset (<c>struct linger</c> on, for 0 seconds).</summary>
    private static void LingerNot(int fd)
    {
        if (fd >= 0)
        {
            var linger = stackalloc int[] { 1, 0 };
            _ = RelayLibc.setsockopt(fd, RelayLibc.SocketLevel, RelayLibc.Linger, linger, sizeof(int) * 2);
        }
    }
}

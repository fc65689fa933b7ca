using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>Connecting to an endpoint, and to the next one when that fails: no byte was sent yet, so any will do.</summary>
internal sealed unsafe partial class RelayLoop
{
    private const int ConnectTimeoutMilliseconds = 3000;
    private const int MaxTries = 4;
    private const int TimedOut = 110;

    // In the order of their deadlines, for all have the same time.
    private readonly Queue<(RelayConnection Connection, uint Generation, int Tried, long Deadline)> _connecting = new();

    private void Connect(RelayConnection connection)
    {
        while (true)
        {
            connection.Tried++;
            var error = StartConnect(connection);
            if (error == 0)
            {
                return;
            }

            if (!NextEndpoint(connection, error))
            {
                return;
            }
        }
    }

    /// <returns>0 when the socket is connected or on its way, else why not.</returns>
    private int StartConnect(RelayConnection connection)
    {
        var address = connection.Endpoints.AddressAt(connection.Endpoint);
        var family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        var fd = RelayLibc.socket(family, RelayLibc.Stream | RelayLibc.NonBlocking | RelayLibc.CloseOnExec, 0);
        if (fd < 0)
        {
            return RelayLibc.LastError;
        }

        Set(fd, RelayLibc.TcpLevel, RelayLibc.TcpNoDelay, 1);
        Set(fd, RelayLibc.SocketLevel, RelayLibc.KeepAlive, 1);
        int error;
        fixed (byte* bytes = address)
        {
            error = RelayLibc.connect(fd, bytes, address.Length) == 0 ? 0 : RelayLibc.LastError;
        }

        if (error is not (0 or RelayLibc.InProgress))
        {
            _ = RelayLibc.close(fd);
            return error;
        }

        connection.Backend.Fd = fd;
        Register(connection, connection.Backend);
        if (error == 0)
        {
            connection.Reached();
        }
        else
        {
            _connecting.Enqueue((connection, connection.Generation, connection.Tried, _now + ConnectTimeoutMilliseconds));
        }

        return 0;
    }

    /// <summary>The socket that was on its way has news.</summary>
    /// <returns>Whether it is connected now.</returns>
    private bool CheckConnect(RelayConnection connection)
    {
        int error = 0, length = sizeof(int);
        _ = RelayLibc.getsockopt(connection.Backend.Fd, RelayLibc.SocketLevel, RelayLibc.ErrorOption, &error, &length);
        if (error != 0)
        {
            TryNext(connection, error);
        }
        else if (connection.Backend.Writable)
        {
            connection.Reached();
        }

        return connection.Connected;
    }

    private void FailSlowConnects()
    {
        while (_connecting.TryPeek(out var oldest) && oldest.Deadline <= _now)
        {
            _connecting.Dequeue();
            var connection = oldest.Connection;
            if (connection.Open && connection.Generation == oldest.Generation && !connection.Connected && connection.Tried == oldest.Tried)
            {
                TryNext(connection, TimedOut);
            }
        }
    }

    private void TryNext(RelayConnection connection, int error)
    {
        _ = RelayLibc.close(connection.Backend.Fd);
        connection.Backend.Fd = -1;
        connection.Backend.Readable = connection.Backend.Writable = connection.Backend.PeerFinished = false;
        if (NextEndpoint(connection, error))
        {
            Connect(connection);
        }
    }

    /// <returns>False when all were tried: the client was reset.</returns>
    private bool NextEndpoint(RelayConnection connection, int error)
    {
        if (connection.Tried >= Math.Min(connection.Endpoints.Count, MaxTries))
        {
            RelayLog.ConnectFailed(_logger, connection.Endpoints[connection.Endpoint], Marshal.GetPInvokeErrorMessage(error));
            Cut(connection);
            return false;
        }

        connection.Endpoint = (connection.Endpoint + 1) % connection.Endpoints.Count;
        return true;
    }

    private static void Set(int fd, int level, int option, int value) =>
        _ = RelayLibc.setsockopt(fd, level, option, &value, sizeof(int));
}

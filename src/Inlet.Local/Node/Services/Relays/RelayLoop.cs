using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>
/// One thread that relays connections: one epoll, every socket registered once, edge-triggered, both ways. A connection that
/// does nothing costs its two descriptors and a few hundred bytes; bytes pass through one buffer of the loop and are kept
/// only when the other side does not take them.
/// </summary>
internal sealed unsafe partial class RelayLoop : IDisposable
{
    private const ulong ReaderTag = 1UL << 63;
    private const ulong WakeTag = ReaderTag | uint.MaxValue;
    private const int AcceptPauseMilliseconds = 100;

    private readonly ILogger _logger;
    private readonly Epoll _epoll = new();
    private readonly int _wake = RelayLibc.eventfd(0, RelayLibc.NonBlocking | RelayLibc.CloseOnExec);
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Queue<(RelayConnection Connection, uint Generation)> _again = new();
    private readonly Dictionary<ulong, RelayListener> _listeners = [];
    private readonly Dictionary<ulong, Action> _readers = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferBytes);
    private readonly Thread _thread;

    private RelayConnection?[] _slots = new RelayConnection?[64];
    private uint[] _generations = new uint[64];
    private int _slotCount;
    private uint _readerCount;
    private long _now = Environment.TickCount64;
    private long _acceptAgainAt;
    private bool _stopping;

    public RelayLoop(int index, ILogger logger)
    {
        _logger = logger;
        _epoll.Add(_wake, RelayLibc.EpollIn, WakeTag);
        _thread = new Thread(Run) { IsBackground = true, Name = $"inlet-relay-{index}" };
    }

    /// <summary>Which loop takes an accepted connection; set before <see cref="Start"/>.</summary>
    public required Func<RelayLoop> NextLoop { get; init; }

    public void Start() => _thread.Start();

    /// <summary>Runs on the loop's thread, soon. The only way in from other threads.</summary>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        ulong one = 1;
        _ = RelayLibc.write(_wake, &one, sizeof(ulong));
    }

    /// <summary>Ends the thread. Other loops may still hand connections on.</summary>
    public void Stop()
    {
        Post(() => _stopping = true);
        _thread.Join();
    }

    /// <summary>Closes the listeners and cuts the connections; after all loops have stopped.</summary>
    public void Dispose()
    {
        // Those that another loop handed on meanwhile.
        RunCommands();
        foreach (var connection in _slots)
        {
            if (connection is not null)
            {
                Cut(connection);
            }
        }

        foreach (var listener in _listeners.Values)
        {
            listener.Socket.Dispose();
        }

        foreach (var relay in _datagrams.Values)
        {
            relay.Close();
        }

        _ = RelayLibc.close(_wake);
        _epoll.Dispose();
        NativeMemory.Free(_buffer);
    }

    private void Run()
    {
        while (!_stopping)
        {
            var count = _epoll.Wait(TimeoutMilliseconds());
            _now = Environment.TickCount64;
            for (var index = 0; index < count; index++)
            {
                var (events, data) = _epoll.At(index);
                Dispatch(data, events);
            }

            TakeTurns();
            FailSlowConnects();
            SweepFlows();
            if (_acceptAgainAt > 0 && _now >= _acceptAgainAt)
            {
                ResumeAccepting();
            }
        }
    }

    private int TimeoutMilliseconds()
    {
        if (_again.Count > 0)
        {
            return 0;
        }

        var until = _connecting.TryPeek(out var oldest) ? oldest.Deadline : long.MaxValue;
        until = _acceptAgainAt > 0 ? Math.Min(until, _acceptAgainAt) : until;
        until = _sweepAt > 0 ? Math.Min(until, _sweepAt) : until;
        return until == long.MaxValue ? -1 : (int)Math.Max(0, until - Environment.TickCount64);
    }

    private void Dispatch(ulong data, uint events)
    {
        if (data == WakeTag)
        {
            RunCommands();
        }
        else if ((data & ReaderTag) != 0)
        {
            if (_readers.TryGetValue(data, out var read))
            {
                read();
            }
        }
        else if (_slots[(uint)data >> 1] is { } connection && connection.Generation == (uint)(data >> 32))
        {
            Turn(connection, (data & 1) == 0 ? connection.Client : connection.Backend, events);
        }
    }

    /// <summary>Lets one connection go on. Whatever goes wrong inside costs that connection only.</summary>
    /// <param name="side">What the events are about; null without events.</param>
    private void Turn(RelayConnection connection, RelaySide? side, uint events)
    {
        try
        {
            if (side is not null && !Note(connection, side, events))
            {
                return;
            }

            Drive(connection);
        }
        catch (Exception error)
        {
            RelayLog.ConnectionFailed(_logger, error);
            Cut(connection);
        }
    }

    /// <returns>Whether the connection can go on.</returns>
    private bool Note(RelayConnection connection, RelaySide side, uint events)
    {
        if (side == connection.Client && (events & RelayLibc.EpollError) != 0)
        {
            Cut(connection);
            return false;
        }

        const uint AnythingToRead = RelayLibc.EpollIn | RelayLibc.EpollReadHangUp | RelayLibc.EpollHangUp | RelayLibc.EpollError;
        side.Readable |= (events & AnythingToRead) != 0;
        side.Writable |= (events & RelayLibc.EpollOut) != 0;
        side.PeerFinished |= (events & (RelayLibc.EpollReadHangUp | RelayLibc.EpollHangUp)) != 0;
        return connection.Connected || (side == connection.Backend && CheckConnect(connection));
    }

    /// <summary>Calls <paramref name="read"/> whenever the socket has something to read, until <see cref="StopReading"/>.</summary>
    private ulong StartReading(int fd, Action read)
    {
        var tag = ReaderTag | _readerCount++;
        _readers.Add(tag, read);
        _epoll.Add(fd, RelayLibc.EpollIn, tag);
        return tag;
    }

    /// <summary>Before the socket is closed.</summary>
    private void StopReading(int fd, ulong tag)
    {
        if (_readers.Remove(tag))
        {
            _epoll.Remove(fd);
        }
    }

    private void TakeTurns()
    {
        for (var count = _again.Count; count > 0; count--)
        {
            var (connection, generation) = _again.Dequeue();
            if (connection.Open && connection.Generation == generation)
            {
                connection.Queued = false;
                Turn(connection, null, 0);
            }
        }
    }

    private void TurnLater(RelayConnection connection)
    {
        if (!connection.Queued)
        {
            connection.Queued = true;
            _again.Enqueue((connection, connection.Generation));
        }
    }

    private void RunCommands()
    {
        ulong value;
        _ = RelayLibc.read(_wake, &value, sizeof(ulong));
        while (_commands.TryDequeue(out var command))
        {
            command();
        }
    }
}

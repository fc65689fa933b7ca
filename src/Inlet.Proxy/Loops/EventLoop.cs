using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>
/// One thread, one epoll, its own listeners, connections, pools and buffers: on the request path loops share nothing but the
/// published table and endpoints. Every socket is registered once, edge-triggered, both ways.
/// <para>
/// One class, for its parts share the loop's buffers, clock and timers, and a call between them is a plain call; a file for each
/// part, in the folder of whom it serves: <c>Clients/</c> opens connections, limits them and carries tunnels, <c>Requests/</c>
/// reads, checks and sends on, <c>Endpoints/</c> connects, pools and retries, <c>Answers/</c> brings back what came or answers in
/// its place. Here and in <c>EventLoop.Sockets.cs</c> is what all of them stand on.
/// </para>
/// </summary>
internal sealed unsafe partial class EventLoop : IDisposable
{
    private const int MaxEvents = 512;
    private const ulong ListenerTag = 1UL << 63;
    private const ulong WakeTag = ListenerTag | 0xffff;

    private readonly ProxyShared _shared;
    private readonly ProxyOptions _options;
    private readonly LoopCounters _counters;
    private readonly ILogger _logger;
    private readonly RefusalLog _refusals;
    private readonly HttpDate _date;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Listener[] _listeners;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Queue<(Connection Connection, uint Generation)> _again = new(1024);
    private readonly BufferPool _buffers = new();
    private readonly TimerWheel _timers;
    private readonly Thread _thread;

    private Connection?[] _slots = new Connection?[1024];
    private uint[] _generations = new uint[1024];
    private readonly Stack<int> _freeSlots = new(1024);
    private int _slotCount;
    private readonly Stack<ClientConnection> _freeClients = new(1024);
    private readonly Stack<UpstreamConnection> _freeUpstreams = new(1024);

    // Of the current turn, in milliseconds and in microseconds of the same monotonic clock: read once for all its events.
    private long _now;
    private long _microseconds;
    private bool _draining;
    private bool _stopping;
    private TaskCompletionSource? _drained;

    public EventLoop(ProxyShared shared, int index, Listener[] listeners, LoopCounters counters, ILogger logger)
    {
        _shared = shared;
        _options = shared.Options;
        _listeners = listeners;
        _counters = counters;
        _logger = logger;
        _refusals = new RefusalLog(logger);
        _date = new HttpDate(shared.Time);
        _accessLog = shared.LogWriter is { } writer
            ? new AccessLog(shared.Options.AccessLog!.Format, writer, writer.Rings[index], shared.Time) : null;
        _tracing = shared.Options.Tracing is { } tracing ? new RequestTracing(tracing, _ids) : null;
        ReadClock();
        _timers = new TimerWheel(_now);
        _backends = new LoopBackends(shared.Endpoints, shared.Healths, index, shared.Options.Loops, CloseIdle);
        _canaries = new CanaryChoice(_backends);
        _epoll = Libc.epoll_create1(Libc.CloseOnExec);
        _wake = Libc.eventfd(0, Libc.NonBlocking | Libc.CloseOnExec);
        Register(_wake, Libc.EpollIn, WakeTag);
        for (var at = 0; at < listeners.Length; at++)
        {
            Register(listeners[at].Fd, Libc.EpollIn, ListenerTag | (uint)at);
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"inlet-loop-{index}" };
    }

    public void Start() => _thread.Start();

    /// <summary>Runs on the loop's thread, soon. The only way in from other threads.</summary>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        ulong one = 1;
        _ = Libc.write(_wake, &one, sizeof(ulong));
    }

    /// <summary>Bytes the loop's own thread has allocated, for the test that holds its requests at 0.</summary>
    public long MeasureAllocation()
    {
        // An event, not a task: completing a task may allocate on the very thread that is being measured.
        using var done = new ManualResetEvent(false);
        var bytes = 0L;
        Post(() =>
        {
            bytes = GC.GetAllocatedBytesForCurrentThread();
            done.Set();
        });
        done.WaitOne();
        return bytes;
    }

    /// <summary>Stops accepting and completes when the last client connection is gone.</summary>
    public Task DrainAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => BeginDrain(drained));
        return drained.Task;
    }

    /// <summary>Ends the thread; open connections are closed.</summary>
    public void Dispose()
    {
        Post(() => _stopping = true);
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        var events = stackalloc EpollEventPacked[MaxEvents];
        while (!_stopping)
        {
            var timeout = _again.Count > 0 ? 0 : _timers.MillisecondsToNext(_now);
            if (_acceptAgainAt > 0)
            {
                var rest = (int)Math.Max(0, _acceptAgainAt - _now);
                timeout = timeout < 0 ? rest : Math.Min(timeout, rest);
            }

            var count = Libc.epoll_wait(_epoll, events, MaxEvents, timeout);
            ReadClock();
            _backends.SetClock(_now, _microseconds);
            for (var index = 0; index < count; index++)
            {
                Dispatch(events[index].Data, events[index].Events);
            }

            TakeTurns();
            FireTimers();
            if (_acceptAgainAt > 0 && _now >= _acceptAgainAt)
            {
                ResumeAccepting();
            }
        }

        CloseEverything();
    }

    private void ReadClock()
    {
        _microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        _now = _microseconds / 1000;
    }

    private void Dispatch(ulong data, uint events)
    {
        if ((data & ListenerTag) != 0)
        {
            if (data == WakeTag)
            {
                RunCommands();
            }
            else
            {
                AcceptGuarded(_listeners[(int)(data & 0xffff)]);
            }

            return;
        }

        var connection = _slots[(uint)data];
        if (connection is null || !connection.Open || connection.Generation != (uint)(data >> 32))
        {
            return;
        }

        Note(connection, events);
        Turn(connection);
    }

    private static void Note(Connection connection, uint events)
    {
        if ((events & (Libc.EpollIn | Libc.EpollRdHup | Libc.EpollHup | Libc.EpollErr)) != 0)
        {
            connection.Readable = true;
            connection.Writable |= connection.WriteWantsRead;
        }

        if ((events & Libc.EpollOut) != 0)
        {
            connection.Writable = true;
            connection.Readable |= connection.ReadWantsWrite;
        }

        connection.PeerFinished |= (events & (Libc.EpollRdHup | Libc.EpollHup | Libc.EpollErr)) != 0;
        connection.Broken |= (events & (Libc.EpollHup | Libc.EpollErr)) != 0;
    }

    /// <summary>Lets one connection go on. Whatever goes wrong inside costs that connection only.</summary>
    private void Turn(Connection connection)
    {
        // Found before anything happens: an upstream may be let go before the exception that costs its client comes.
        var costs = connection is UpstreamConnection { Client: { } owner } ? owner : connection;
        var generation = costs.Generation;
        try
        {
            if (connection is ClientConnection client)
            {
                Drive(client);
            }
            else
            {
                DriveUpstream((UpstreamConnection)connection);
            }
        }
        catch (Exception error)
        {
            _counters.LoopExceptions++;
            ProxyLog.ConnectionFailed(_logger, error, connection.Slot);
            if (costs.Open && costs.Generation == generation)
            {
                Close(costs);
            }
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
                Turn(connection);
            }
        }
    }

    private void TurnLater(Connection connection)
    {
        if (!connection.Queued)
        {
            connection.Queued = true;
            _again.Enqueue((connection, connection.Generation));
        }
    }

    private void FireTimers()
    {
        while (_timers.NextDue(_now) is { } due)
        {
            var generation = due.Generation;
            try
            {
                TimedOut(due);
            }
            catch (Exception error)
            {
                _counters.LoopExceptions++;
                ProxyLog.ConnectionFailed(_logger, error, due.Slot);
                if (due.Open && due.Generation == generation)
                {
                    Close(due);
                }
            }
        }
    }

    private void RunCommands()
    {
        ulong value;
        _ = Libc.read(_wake, &value, sizeof(ulong));
        while (_commands.TryDequeue(out var command))
        {
            try
            {
                command();
            }
            catch (Exception error)
            {
                OutsideConnections(error);
            }
        }
    }

    private void AcceptGuarded(Listener listener)
    {
        try
        {
            Accept(listener);
        }
        catch (Exception error)
        {
            OutsideConnections(error);
        }
    }

    /// <summary>A loop that ended would take all its connections and a share of all new ones with it.</summary>
    private void OutsideConnections(Exception error)
    {
        _counters.LoopExceptions++;
        ProxyLog.LoopFailed(_logger, error);
    }

    private void BeginDrain(TaskCompletionSource drained)
    {
        _draining = true;
        _drained = drained;
        foreach (var listener in _listeners)
        {
            // What the kernel has already accepted for us would be reset by the close.
            AcceptGuarded(listener);
            listener.Close();
        }

        _acceptAgainAt = 0;
        HurryIdleClients();
        CheckDrained();
    }

    private void CheckDrained()
    {
        if (_draining && _counters.ConnectionsOpen == 0)
        {
            _drained?.TrySetResult();
        }
    }

    private void CloseEverything()
    {
        for (var slot = 0; slot < _slotCount; slot++)
        {
            if (_slots[slot] is { Open: true } connection)
            {
                Close(connection);
            }
        }

        foreach (var listener in _listeners)
        {
            listener.Close();
        }

        _ = Libc.close(_wake);
        _ = Libc.close(_epoll);
        _drained?.TrySetResult();
    }

    private void Register(int fd, uint events, ulong data)
    {
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            var packed = new EpollEventPacked { Events = events, Data = data };
            _ = Libc.epoll_ctl(_epoll, Libc.EpollAdd, fd, &packed);
            return;
        }

        throw new PlatformNotSupportedException("The data plane runs on Linux x86-64; other platforms need the portable loop.");
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Runtime;

/// <summary>Takes what a process writes. Called by one thread at a time; must neither block for long nor throw.</summary>
internal delegate void OutputSink(ReadOnlySpan<byte> bytes);

/// <summary>
/// One thread that reads the output of every process and learns of their ends, through epoll over pipes and pidfds (Linux
/// 5.3). A blocked thread per pipe, as .NET's own streams over pipes use, would be three threads per container; sockets in
/// place of pipes cannot be opened as <c>/dev/stdout</c>, which programs do.
/// </summary>
internal sealed unsafe class ChildMonitor : IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private const int EventsAtOnce = 64;

    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly ConcurrentDictionary<int, Action<int>> _handlers = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _waits = new();
    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public ChildMonitor()
    {
        _epoll = Libc.epoll_create1(Libc.CloseOnExec);
        _wake = Libc.eventfd(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (_epoll < 0 || _wake < 0)
        {
            throw new LaunchException($"cannot watch processes: {Libc.Describe(Libc.Error)}", Libc.Error);
        }

        Add(_wake, _ => { });
        _thread = new Thread(Run) { IsBackground = true, Name = "inlet-children" };
        _thread.Start();
    }

    /// <summary>Reads what the pipes bring, and completes <see cref="ChildProcess.Exited"/> when the process has ended.</summary>
    /// <param name="pipes">Read ends, non-blocking; owned by this object from now on.</param>
    public void Watch(ChildProcess child, IReadOnlyList<(int Fd, OutputSink Sink, Action Closed)> pipes)
    {
        List<OutputPipe> outputs = [.. pipes.Select(static pipe => new OutputPipe(pipe.Fd, pipe.Sink, pipe.Closed))];
        foreach (var output in outputs)
        {
            Add(output.Fd, _ => Drain(output));
        }

        Add(child.Pidfd, f =>
        {
            if (child.Reap() is not { } exit)
            {
                // The event was about an older descriptor of the same number.
                return;
            }

            Remove(f);
            // What it wrote last is in the pipes now; its children may hold them open for longer.
            outputs.ForEach(Drain);

            child.Complete(exit);
        });
    }

    /// <summary>
    /// Completes when the descriptor can be read or written, or its other end has closed; once for each call, and one call at
    /// a time for a descriptor. It stays the caller's.
    /// </summary>
    /// <param name="events"><see cref="Libc.EpollIn"/> or <see cref="Libc.EpollOut"/>.</param>
    public Task WhenReadyAsync(int fd, uint events, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits[fd] = ready;
        Control(Libc.EpollAdd, fd, events | Libc.EpollOneShot);
        return ready.Task.WaitAsync(cancellationToken).ContinueWith(
            wait =>
            {
                _waits.TryRemove(fd, out _);
                DeleteFromEpoll(fd);
                return wait;
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
    }

    public void Dispose()
    {
        _stopping = true;
        var one = 1UL;
        _ = Libc.write(_wake, &one, sizeof(ulong));
        _thread.Join();
        foreach (var fd in _handlers.Keys)
        {
            _ = Libc.close(fd);
        }

        foreach (var wait in _waits.Values)
        {
            wait.TrySetCanceled();
        }

        _ = Libc.close(_epoll);
    }

    private void Add(int fd, Action<int> handler)
    {
        _handlers[fd] = handler;
        Control(Libc.EpollAdd, fd, Libc.EpollIn);
    }

    private void Control(int operation, int fd, uint events)
    {
        Span<byte> record = stackalloc byte[16];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, events);
        BinaryPrimitives.WriteInt32LittleEndian(record[(EventBytes - 8)..], fd);
        fixed (byte* p = record)
        {
            _ = Libc.epoll_ctl(_epoll, operation, fd, p);
        }
    }

    private void DeleteFromEpoll(int fd) => _ = Libc.epoll_ctl(_epoll, Libc.EpollDelete, fd, null);

    private void Remove(int fd)
    {
        _handlers.TryRemove(fd, out _);
        DeleteFromEpoll(fd);
        _ = Libc.close(fd);
    }

    private void Run()
    {
        var events = stackalloc byte[EventsAtOnce * 16];
        while (!_stopping)
        {
            var count = Libc.epoll_wait(_epoll, events, EventsAtOnce, -1);
            for (var i = 0; i < count; i++)
            {
                var record = new ReadOnlySpan<byte>(events + (i * EventBytes), EventBytes);
                var fd = BinaryPrimitives.ReadInt32LittleEndian(record[(EventBytes - 8)..]);
                if (_handlers.TryGetValue(fd, out var handler))
                {
                    handler(fd);
                }
                else if (_waits.TryGetValue(fd, out var wait))
                {
                    wait.TrySetResult();
                }
            }
        }
    }

    private void Drain(OutputPipe pipe)
    {
        // Whether the number is watched does not tell: once closed, it may be another process' by now.
        if (pipe.IsClosed)
        {
            return;
        }

        // Bounded, so that a process that writes without end does not keep the others' output waiting.
        for (var turn = 0; turn < 16; turn++)
        {
            nint read;
            fixed (byte* p = _buffer)
            {
                read = Libc.read(pipe.Fd, p, ReadBytes);
            }

            if (read > 0)
            {
                pipe.Sink(_buffer.AsSpan(0, (int)read));
                continue;
            }

            if (read == 0 || Libc.Error is not (Libc.Again or Libc.Interrupted))
            {
                pipe.IsClosed = true;
                Remove(pipe.Fd);
                pipe.Closed();
            }

            return;
        }
    }

    /// <summary>Touched by the monitor's thread alone.</summary>
    private sealed class OutputPipe(int fd, OutputSink sink, Action closed)
    {
        public int Fd => fd;

        public OutputSink Sink => sink;

        public Action Closed => closed;

        public bool IsClosed { get; set; }
    }
}

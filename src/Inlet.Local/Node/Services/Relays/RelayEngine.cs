using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>The relay loops of this process: takes listening sockets and relays what they accept until disposed.</summary>
internal sealed class RelayEngine : IDisposable
{
    // Relays are an ingress' neighbours on the same cores: more loops than a few only take turns.
    private const int MaxLoops = 4;

    private readonly RelayLoop[] _loops;
    private uint _nextListener;
    private uint _nextConnection;

    public RelayEngine(ILogger logger)
    {
        _loops = new RelayLoop[Math.Min(Environment.ProcessorCount, MaxLoops)];
        for (var index = 0; index < _loops.Length; index++)
        {
            _loops[index] = new RelayLoop(index, logger) { NextLoop = NextLoop };
        }

        foreach (var loop in _loops)
        {
            loop.Start();
        }
    }

    /// <param name="socket">A TCP socket that listens, or a bound UDP socket; belongs to the engine from here on.</param>
    /// <param name="sources">Who may use it; others are reset, their datagrams dropped. Null for everyone.</param>
    /// <returns>Closes the socket and completes when it is closed; connections it accepted stay.</returns>
    public Func<Task> Listen(Socket socket, RelayTarget target, IPNetwork[]? sources = null)
    {
        socket.Blocking = false;
        if (socket.SocketType == SocketType.Stream)
        {
            // Accepted sockets inherit both.
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }

        var listener = new RelayListener(socket, target, sources);
        var loop = _loops[Interlocked.Increment(ref _nextListener) % _loops.Length];
        loop.Post(() => loop.Add(listener));
        return () =>
        {
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(() =>
            {
                loop.Remove(listener);
                closed.SetResult();
            });
            return closed.Task;
        };
    }

    /// <summary>Closes every listener and cuts every connection.</summary>
    public void Dispose()
    {
        foreach (var loop in _loops)
        {
            loop.Stop();
        }

        foreach (var loop in _loops)
        {
            loop.Dispose();
        }
    }

    private RelayLoop NextLoop() => _loops[Interlocked.Increment(ref _nextConnection) % _loops.Length];
}

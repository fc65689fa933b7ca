using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Inlet.Bench.Machine;

/// <summary>
/// Everything one run starts and writes: a temporary directory and child processes, all gone when it is disposed, on Ctrl-C
/// and on SIGTERM. Should this program itself be killed, the kernel ends its children (PR_SET_PDEATHSIG, which watches the
/// starting thread: that is why everything here runs on the main thread).
/// </summary>
internal sealed class Workshop : IDisposable
{
    private readonly List<Child> _children = [];
    private readonly Lock _ending = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _logs;
    private volatile bool _stopping;

    public Workshop()
    {
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, _ =>
        {
            _stopping = true;
            Console.Error.WriteLine("stopping");
            Clear();
            Environment.Exit(130);
        }))];
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("inlet-bench-").FullName;

    public string PathOf(string name) => Path.Combine(Directory, name);

    public string WriteFile(string name, string text)
    {
        var path = PathOf(name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <param name="cores">As <c>taskset -c</c> takes them.</param>
    public Child Start(string name, string cores, params IReadOnlyList<string> command)
    {
        var log = PathOf($"{name}.{Interlocked.Increment(ref _logs)}.log");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = Directory };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec setpriv --pdeathsig TERM taskset -c \"$0\" \"$@\" > " + log + " 2>&1");
        start.ArgumentList.Add(cores);
        foreach (var word in command)
        {
            start.ArgumentList.Add(word);
        }

        ParkWhenStopping();
        lock (_ending)
        {
            var child = new Child(name, Process.Start(start)!, log);
            _children.Add(child);
            return child;
        }
    }

    /// <summary>Runs a command to its end and gives its standard output.</summary>
    /// <exception cref="BenchException">It failed, or took longer than <paramref name="limit"/>.</exception>
    public string Run(string name, string cores, TimeSpan limit, params IReadOnlyList<string> command) => Finish(Start(name, cores, command), limit);

    /// <summary>Waits for a process to end and gives its standard output.</summary>
    /// <exception cref="BenchException">It failed, or took longer than <paramref name="limit"/>.</exception>
    public string Finish(Child child, TimeSpan limit)
    {
        try
        {
            var exit = child.WaitForExit(limit);
            ParkWhenStopping();
            return exit == 0 ? child.Log() : throw new BenchException($"{child.Name} {(exit is null ? "did not end in time" : $"ended with {exit}")}:\n{child.LogTail()}");
        }
        finally
        {
            End(child);
        }
    }

    public void End(Child child)
    {
        lock (_ending)
        {
            _children.Remove(child);
            child.Dispose();
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        Clear();
    }

    /// <summary>The signal's thread is ending everything and then the program: the main thread must neither start more nor report failures.</summary>
    private void ParkWhenStopping()
    {
        if (_stopping)
        {
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private void Clear()
    {
        lock (_ending)
        {
            for (var at = _children.Count - 1; at >= 0; at--)
            {
                // Not disposed: on a signal the main thread still waits for one of them.
                _children[at].Stop();
            }

            _children.Clear();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

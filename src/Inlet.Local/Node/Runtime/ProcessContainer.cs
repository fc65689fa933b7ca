using System.Globalization;
using System.Text;
using Inlet.Local.Node.Exec;
using Inlet.Local.Node.Runtime.Cgroups;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Runtime;

/// <summary>A container that runs as a process.</summary>
internal sealed class ProcessContainer : IRunningContainer
{
    private readonly ProcessRuntime _runtime;
    private readonly ContainerRequest _request;
    private readonly ChildProcess _process;
    private readonly IReadOnlyCollection<string> _environment;
    private readonly ContainerConsole _console;
    private readonly ContainerCgroup? _cgroup;

    /// <param name="cgroup">Removed with the container; null without limits.</param>
    public ProcessContainer(
        ProcessRuntime runtime, ContainerRequest request, ChildProcess process, IReadOnlyCollection<string> environment, ContainerConsole console, ContainerCgroup? cgroup)
    {
        _cgroup = cgroup;
        _runtime = runtime;
        _request = request;
        _process = process;
        _environment = environment;
        _console = console;
        Exited = EndAsync();
    }

    public ContainerId Id => _request.Id;

    public string StatusId => _runtime.Scheme + Id;

    public Task<ProcessExit> Exited { get; }

    public void Signal(int signal) => _process.SignalGroup(signal);

    public async Task<ExecResult> ExecAsync(IReadOnlyList<string> command, int limitBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var collected = new StringBuilder();
        var pipe = Pipe.Open();
        ChildProcess child;
        try
        {
            var pid = await Task.Run(() => Launch(command, new StandardStreams(null, pipe.Write, pipe.Write)), CancellationToken.None);
            pipe.CloseWrite();
            child = _runtime.Track(pid, (pipe.Read, bytes => Collect(collected, bytes, limitBytes), () => { }));
        }
        catch
        {
            pipe.Close();
            throw;
        }

        await using (cancellationToken.UnsafeRegister(_ => child.SignalGroup(Libc.SignalKill), null))
        {
            var exit = await child.Exited;
            cancellationToken.ThrowIfCancellationRequested();
            lock (collected)
            {
                return new ExecResult(exit.Code, collected.ToString());
            }
        }
    }

    public string? ForeignListener(int port) => _request.NetworkNamespacePath is null
        ? PortOwners.FindForeign(port, p => _runtime.IsOfPod(p, Id.PodUid, _process.Pid))
        : null;

    public async Task<int> ExecAsync(IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connected = CommandStreams.Open(_runtime.Monitor, streams, _request.User?.User);
        var pid = await Task.Run(() => Launch(command, connected.Standard), CancellationToken.None);
        var child = _runtime.Track(pid);
        connected.CloseTheirs();
        try
        {
            await connected.CopyAsync(child.Exited, cancellationToken);
            return (await child.Exited).Code;
        }
        finally
        {
            // Nobody is there any more to see or to end it. When it has ended by itself, this finds no one.
            child.SignalGroup(Libc.SignalKill);
            await child.Exited;
        }
    }

    public Task AttachAsync(ContainerStreams streams, CancellationToken cancellationToken) => _console.AttachAsync(streams, Exited, cancellationToken);

    private int Launch(IReadOnlyList<string> command, StandardStreams streams)
    {
        using var program = new LaunchProgram();
        var handles = new List<SafeFileHandle>();
        try
        {
            program.Unshare(Libc.OwnFileSystemContext);
            foreach (var (name, type) in (ReadOnlySpan<(string, int)>)
                [("net", Libc.NewNetworkNamespace), ("uts", Libc.NewUtsNamespace), ("mnt", Libc.NewMountNamespace)])
            {
                if (name == "net" ? _request.NetworkNamespacePath is not null : _runtime.HasPrivateMounts)
                {
                    var handle = OpenNamespace(name);
                    handles.Add(handle);
                    program.Enter((int)handle.DangerousGetHandle(), type, name);
                }
            }

            program.ChangeDirectory(_request.WorkingDirectory ?? _runtime.DefaultWorkingDirectory);
            ProcessRuntime.Confine(program, _request);
            program.Spawn(
                ProcessRuntime.Candidates(command[0], _request.Environment.GetValueOrDefault("PATH", "")), command, _environment, streams);
            var pid = program.Run();
            _cgroup?.Add(pid);
            return pid;
        }
        finally
        {
            handles.ForEach(h => h.Dispose());
        }
    }

    private SafeFileHandle OpenNamespace(string name)
    {
        try
        {
            return _process.WhileAlive(
                () => File.OpenHandle($"/proc/{_process.Pid.ToString(CultureInfo.InvariantCulture)}/ns/{name}"), null!)
                ?? throw new LaunchException($"container {Id.Container} has ended", Libc.NoSuchProcess);
        }
        catch (IOException e)
        {
            throw new LaunchException($"container {Id.Container} has ended: {e.Message}", Libc.NoSuchProcess);
        }
    }

    private async Task<ProcessExit> EndAsync()
    {
        var exit = await _process.Exited;
        _runtime.KillRest(Id, _process.Pid);
        _console.Dispose();
        if (_cgroup is not { } cgroup)
        {
            return exit;
        }

        exit = exit with { IsOutOfMemory = exit.Code != 0 && cgroup.HasRunOutOfMemory };
        cgroup.Remove();
        return exit;
    }

    private static void Collect(StringBuilder collected, ReadOnlySpan<byte> bytes, int limitBytes)
    {
        lock (collected)
        {
            var room = limitBytes - collected.Length;
            if (room > 0)
            {
                collected.Append(Encoding.UTF8.GetString(bytes[..Math.Min(room, bytes.Length)]));
            }
        }
    }
}

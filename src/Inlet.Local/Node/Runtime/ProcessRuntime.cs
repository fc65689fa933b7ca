using System.Globalization;
using Inlet.Local.Node.Exec;
using Inlet.Local.Node.Images;
using Inlet.Local.Node.Runtime.Cgroups;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// Runs containers as processes of this machine: each leads a session of its own, in its pod's network namespace, and where
/// the user may, with a mount namespace (volumes at their paths) and a host name of its own. Of an image only the name is
/// used: a program of this machine may stand in for it.
/// </summary>
internal sealed class ProcessRuntime : IContainerRuntime
{
    /// <summary>Marks every process with its container, for the case that everything else about it is lost.</summary>
    internal const string Marker = "INLET_CONTAINER_ID";

    private readonly NodeDirectory _directory;
    private readonly ProcessRecords _records;
    private readonly MountLinks _links;
    private readonly ImageCommands _images;
    private readonly CgroupTree _cgroups;
    private readonly ChildMonitor _monitor = new();

    /// <param name="privateMounts">False keeps to what a user without rights can do.</param>
    public ProcessRuntime(NodeDirectory directory, ImageCommands images, bool privateMounts = true)
    {
        _images = images;
        _cgroups = new CgroupTree(directory.Key);
        _directory = directory;
        _records = new ProcessRecords(directory);
        _links = new MountLinks(directory);
        HasPrivateMounts = privateMounts && CanUnshareMounts();
    }

    public string Version => $"process://{typeof(ProcessRuntime).Assembly.GetName().Version?.ToString(3)}";

    public string Scheme => "process://";

    public bool HasPrivateMounts { get; }

    public string? LimitsObstacle => _cgroups.Obstacle;

    /// <summary>
    /// Where a container without a <c>workingDir</c> starts. Its image would say; in its place stands the directory Inlet was
    /// started in, so that a command may name the programs of a project.
    /// </summary>
    public string DefaultWorkingDirectory { get; } = Environment.CurrentDirectory;

    public void Recover()
    {
        var recorded = _records.ReadAll();
        ProcessTable.KillAll(p => recorded.Exists(r => r.IsOf(p)) || (p.Session != 0 && ProcessTable.EnvironmentHas(p.Pid, MarkerPrefix)));
        foreach (var pod in _directory.Pods().ToList())
        {
            _links.Remove(pod);
        }

        _cgroups.RemoveAll();
    }

    public bool RunsAsProcess(string image) => true;

    public Task<string?> CreateSandboxAsync(string podUid, IReadOnlyCollection<string> images, string hostName, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    public Task EnsureImageAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        if (request.HasCommand || _images.Find(request.Image) is not null)
        {
            return Task.CompletedTask;
        }

        throw ImageReference.TryParse(request.Image) is null
            ? new ImageException("InvalidImageName", $"Failed to apply default image tag \"{request.Image}\": couldn't parse image name: invalid reference format")
            : new ImageException(
                "ErrImageNeverPull",
                $"Container image \"{request.Image}\" cannot be run: this node runs containers as processes of this machine and pulls no images. "
                + $"Set command to a program of this machine, or say what the image means: inlet up --image '{request.Image}=COMMAND'");
    }

    public Task<IRunningContainer> StartAsync(ContainerRequest request) => Task.Run<IRunningContainer>(() =>
    {
        var environment = Environ(request);
        ContainerConsole console;
        try
        {
            console = ContainerConsole.Open(_monitor, request);
        }
        catch
        {
            request.OutputClosed();
            throw;
        }

        ContainerCgroup? cgroup = null;
        try
        {
            cgroup = CreateCgroup(request);
            var pid = Launch(request, environment, console.Standard);
            console.CloseTheirs();
            cgroup?.Add(pid);
            return Watch(request, pid, environment, console, cgroup);
        }
        catch
        {
            cgroup?.Remove();
            console.Abandon();
            request.OutputClosed();
            throw;
        }
    });

    public void RemovePod(string podUid, string? networkNamespacePath)
    {
        var marker = $"{MarkerPrefix}{podUid}.";
        // Of the namespace's processes none has another reason to be there.
        var network = networkNamespacePath is null ? null : NetworkName(networkNamespacePath);
        ProcessTable.KillAll(p =>
            ProcessTable.EnvironmentHas(p.Pid, marker) || (network is not null && ProcessTable.NetworkNamespace(p.Pid) == network));
        _records.Forget(podUid);
        _links.Remove(podUid);
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _cgroups.RemoveAll();
    }

    internal ChildMonitor Monitor => _monitor;

    internal ChildProcess Track(int pid, params IReadOnlyList<(int Fd, OutputSink Sink, Action Closed)> pipes)
    {
        var child = new ChildProcess(pid, Libc.PidfdOpen(pid));
        _monitor.Watch(child, pipes);
        return child;
    }

    /// <summary>Kills what a container's first process left behind when it ended.</summary>
    internal void KillRest(ContainerId id, int session)
    {
        var marker = $"{MarkerPrefix}{id}";
        ProcessTable.KillAll(p => p.Session == session || (p.Session != 0 && ProcessTable.EnvironmentHas(p.Pid, marker + "\0")));
    }

    /// <summary>Whether the process is one of the pod: of a container's session, or marked.</summary>
    internal bool IsOfPod(ProcessEntry process, string podUid, int session) =>
        process.Session == session || (process.Session != 0 && ProcessTable.EnvironmentHas(process.Pid, $"{MarkerPrefix}{podUid}."));

    internal static IReadOnlyList<string> Candidates(string command, string path) =>
        command.Contains('/', StringComparison.Ordinal)
            ? [command]
            : [.. path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => $"{directory}/{command}")];

    private string MarkerPrefix => $"{Marker}={_directory.Key}.";

    private ContainerCgroup? CreateCgroup(ContainerRequest request)
    {
        if (!request.Limits.HasAny || LimitsObstacle is not null)
        {
            return null;
        }

        try
        {
            return _cgroups.Create(request.Id.ToString(), request.Limits);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"cannot set limits: {e.Message}", 0);
        }
    }

    private int Launch(ContainerRequest request, List<string> environment, StandardStreams streams)
    {
        using var program = new LaunchProgram();
        using var network = OpenNamespace(request.NetworkNamespacePath);
        Isolate(program, request, network);
        program.ChangeDirectory(request.WorkingDirectory ?? DefaultWorkingDirectory);
        Confine(program, request);
        IReadOnlyList<string> command = [.. request.Command.Count > 0 ? request.Command : _images.Find(request.Image) ?? [], .. request.Arguments];
        program.Spawn(Candidates(command[0], request.Environment.GetValueOrDefault("PATH", "")), command, environment, streams);
        return program.Run();
    }

    /// <summary>Takes from the process to come what its security context denies it; nothing that needs a right may follow.</summary>
    internal static void Confine(LaunchProgram program, ContainerRequest request)
    {
        program.DropCapabilities(Environment.IsPrivilegedProcess ? request.Confinement.DroppedCapabilities : []);
        if (request.User is { } user)
        {
            program.SetUser(user.User ?? 0, user.Group ?? 0, user.SupplementalGroups);
        }

        if (request.Confinement.NoNewPrivileges)
        {
            program.ForbidNewPrivileges();
        }
    }

    private ProcessContainer Watch(ContainerRequest request, int pid, List<string> environment, ContainerConsole console, ContainerCgroup? cgroup)
    {
        var child = Track(pid, console.Outputs(request.OutputClosed));
        _records.Add(request.Id.PodUid, pid);
        return new ProcessContainer(this, request, child, environment, console, cgroup);
    }

    private void Isolate(LaunchProgram program, ContainerRequest request, SafeFileHandle? network)
    {
        program.Unshare(HasPrivateMounts ? Libc.NewMountNamespace | Libc.NewUtsNamespace : Libc.OwnFileSystemContext);
        if (network is not null)
        {
            program.Enter((int)network.DangerousGetHandle(), Libc.NewNetworkNamespace, "network");
        }

        if (HasPrivateMounts)
        {
            // What the machine unmounts goes from here too; what is mounted here stays here.
            program.Mount(null, "/", null, Libc.Slave | Libc.Recursive);
            program.SetHostName(request.HostName);
            MountPlan.Of(request.Mounts).AddTo(program, _directory.Stage, request.Confinement.ReadOnlyRoot);
        }
        else
        {
            _links.Make(request.Id.PodUid, request.Mounts);
        }
    }

    private List<string> Environ(ContainerRequest request) =>
        [.. request.Environment.Select(v => $"{v.Key}={v.Value}"), $"{MarkerPrefix}{request.Id}"];

    private static SafeFileHandle? OpenNamespace(string? path) => path is null ? null : File.OpenHandle(path);

    /// <summary>The namespace's name as /proc gives it, from the file that keeps it.</summary>
    private static string? NetworkName(string path)
    {
        try
        {
            using var handle = OpenNamespace(path)!;
            return new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}")).LinkTarget is { } name
                && name.StartsWith("net:", StringComparison.Ordinal) ? name : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool CanUnshareMounts()
    {
        using var program = new LaunchProgram();
        program.Unshare(Libc.NewMountNamespace | Libc.NewUtsNamespace);
        program.Mount(null, "/", null, Libc.Slave | Libc.Recursive);
        return program.TryRunWithoutProcess();
    }
}

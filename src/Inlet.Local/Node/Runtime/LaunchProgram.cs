using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// A list of system calls that ends in a new process, run on a thread of its own: namespaces, root, working directory and
/// user belong to a thread on Linux, and a child inherits those of the thread that made it. The thread ends with the
/// program, and its changes with it.
/// </summary>
/// <remarks>
/// Everything is worked out beforehand, and the running thread does nothing but the calls. Tempting and wrong: ordinary C#
/// on that thread. Completing a task, or a method that gets hot, makes the runtime start threads (pool workers, the tiering
/// compiler) from the thread it happens on, and those would inherit the pod's network and files for good.
/// </remarks>
internal sealed unsafe class LaunchProgram : IDisposable
{
    private const int StackBytes = 256 * 1024;
    private const int MaximumTrees = 64;

    private readonly NativeStrings _strings = new();
    private readonly List<Step> _steps = [];
    private readonly List<string> _says = [];
    private int _trees;
    private ProcessImage? _image;

    private static readonly Home Own = Home.Open();

    private enum Call
    {
        Unshare,
        Enter,
        SetHostName,
        Mount,
        Unmount,
        MakeDirectory,
        MakeFile,
        MakeSymlink,
        OpenTree,
        PlaceTree,
        ChangeDirectory,
        Raw,
    }

    public void Unshare(int flags) => Add(new Step(Call.Unshare) { A = flags }, "cannot make namespaces");

    /// <param name="type">What kind of namespace <paramref name="fd"/> is; open until the program has run.</param>
    public void Enter(int fd, int type, string what) => Add(new Step(Call.Enter) { A = fd, B = type }, $"cannot enter the {what} namespace");

    public void SetHostName(string name) =>
        Add(new Step(Call.SetHostName) { P = _strings.Add(name), A = System.Text.Encoding.UTF8.GetByteCount(name) }, $"cannot set the host name {name}");

    /// <param name="optional">Failure is passed over: for things that may vanish while the program is prepared.</param>
    public void Mount(string? source, string target, string? type, nuint flags, string? options = null, bool optional = false) => Add(
        new Step(Call.Mount)
        {
            P = source is null ? null : _strings.Add(source),
            Q = _strings.Add(target),
            R = type is null ? null : _strings.Add(type),
            S = options is null ? null : _strings.Add(options),
            Flags = flags,
            Optional = optional,
        },
        source is null ? $"cannot change the mount at {target}" : $"cannot mount {source} at {target}");

    public void Unmount(string target, bool optional = false) =>
        Add(new Step(Call.Unmount) { P = _strings.Add(target), A = Libc.Detach, Optional = optional }, $"cannot unmount {target}");

    /// <summary>One that is there already is fine.</summary>
    public void MakeDirectory(string path, UnixFileMode mode) =>
        Add(new Step(Call.MakeDirectory) { P = _strings.Add(path), A = (int)mode }, $"cannot make directory {path}");

    /// <summary>An empty file to mount on; one that is there already is fine.</summary>
    public void MakeFile(string path) => Add(new Step(Call.MakeFile) { P = _strings.Add(path) }, $"cannot make file {path}");

    public void MakeSymlink(string target, string path) =>
        Add(new Step(Call.MakeSymlink) { P = _strings.Add(target), Q = _strings.Add(path) }, $"cannot make link {path}");

    /// <summary>
    /// Takes hold of a directory or file with what is mounted below it, before anything is mounted over the way to it.
    /// </summary>
    /// <returns>For <see cref="PlaceTree"/>.</returns>
    public int OpenTree(string path)
    {
        if (_trees == MaximumTrees)
        {
            throw new InvalidOperationException($"a container can have at most {MaximumTrees} volume mounts here");
        }

        Add(new Step(Call.OpenTree) { P = _strings.Add(path), A = _trees }, $"cannot open {path} to mount it");
        return _trees++;
    }

    public void PlaceTree(int tree, string target) =>
        Add(new Step(Call.PlaceTree) { A = tree, P = _strings.Add(target), Q = _strings.Add("") }, $"cannot mount a volume at {target}");

    /// <summary>Makes the mount at the working directory the root of the mount namespace; the old one vanishes from sight.</summary>
    public void PivotRoot(string newRoot)
    {
        ChangeDirectory(newRoot);
        // Both the same: the old root ends up mounted on top of the new one, from where it is taken off.
        var here = _strings.Add(".");
        Add(new Step(Call.Raw) { Number = Libc.PivotRootCall, A = (nint)here, B = (nint)here }, $"cannot make {newRoot} the root");
        Add(new Step(Call.Unmount) { P = here, A = Libc.Detach }, "cannot take the old root away");
        ChangeDirectory("/");
    }

    public void ChangeDirectory(string path) =>
        Add(new Step(Call.ChangeDirectory) { P = _strings.Add(path) }, $"cannot change to the working directory {path}");

    /// <summary>All that is mounted at and below a path; what is mounted there later is not (Linux 5.12).</summary>
    public void MakeReadOnly(string path)
    {
        // struct mount_attr: attributes to set, to clear, propagation, user namespace.
        const int AttributesBytes = 32;
        var attributes = _strings.Block(AttributesBytes);
        *(ulong*)attributes = (ulong)Libc.ReadOnlyMount;
        Add(
            new Step(Call.Raw)
            {
                Number = Libc.MountSetAttributesCall,
                A = Libc.CurrentDirectory,
                B = (nint)_strings.Add(path),
                C = (nint)Libc.RecursiveTree,
                D = (nint)attributes,
                E = AttributesBytes,
            },
            $"cannot make {path} read-only");
    }

    /// <summary>Takes capabilities away for good; the rights the thread has now stay until it starts a program. One the kernel does not know is none to take.</summary>
    public void DropCapabilities(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            Add(new Step(Call.Raw) { Number = Libc.ProcessControlCall, A = Libc.DropBoundingCapability, B = number, Optional = true }, $"cannot drop capability {number}");
        }
    }

    public void ForbidNewPrivileges() =>
        Add(new Step(Call.Raw) { Number = Libc.ProcessControlCall, A = Libc.SetNoNewPrivileges, B = 1 }, "cannot forbid new privileges");

    public void SetUser(uint user, uint group, IReadOnlyList<uint> supplementalGroups)
    {
        var groups = (uint*)_strings.Block(Math.Max(1, supplementalGroups.Count) * sizeof(uint));
        for (var i = 0; i < supplementalGroups.Count; i++)
        {
            groups[i] = supplementalGroups[i];
        }

        Add(new Step(Call.Raw) { Number = Libc.SetGroupsCall, A = supplementalGroups.Count, B = (nint)groups }, "cannot set supplemental groups");
        Add(new Step(Call.Raw) { Number = Libc.SetGroupIdsCall, A = (nint)group, B = (nint)group, C = (nint)group }, $"cannot become group {group}");
        Add(new Step(Call.Raw) { Number = Libc.SetUserIdsCall, A = (nint)user, B = (nint)user, C = (nint)user }, $"cannot become user {user}");
    }

    /// <param name="candidates">Paths of the executable, tried in order, as a shell goes through PATH.</param>
    public void Spawn(
        IReadOnlyList<string> candidates, IReadOnlyList<string> arguments, IReadOnlyCollection<string> environment, StandardStreams streams) =>
        _image = new ProcessImage(_strings, candidates, arguments, environment, streams);

    /// <summary>Runs the program; blocks for as long as its calls take.</summary>
    /// <returns>The new process' number.</returns>
    /// <exception cref="LaunchException">A call failed: which, and what the kernel said.</exception>
    public int Run()
    {
        var image = _image ?? throw new InvalidOperationException("a launch program ends in a process");
        var run = RunOnThread(image.Pointers);
        if (run.Failed < 0)
        {
            return run.Pid;
        }

        throw run.Failed < _steps.Count
            ? new LaunchException($"{_says[run.Failed]}: {Libc.Describe(run.Error)}", run.Error)
            : image.CannotStart(run.Error);
    }

    /// <summary>Whether all calls are permitted; starts nothing.</summary>
    public bool TryRunWithoutProcess() => RunOnThread(default).Failed < 0;

    private State RunOnThread(ProcessPointers image)
    {
        var run = new State { Image = image, Home = Own };
        fixed (Step* steps = CollectionsMarshal.AsSpan(_steps))
        {
            run.Steps = steps;
            run.Count = _steps.Count;
            var state = &run;
            var thread = new Thread(() => Execute(state), StackBytes) { IsBackground = true, Name = "inlet-launch" };
            thread.Start();
            thread.Join();
        }

        return run;
    }

    public void Dispose()
    {
        _image?.Dispose();
        _strings.Dispose();
    }

    private void Add(Step step, string failure)
    {
        _steps.Add(step);
        _says.Add(failure);
    }

    // Compiled fully at once: a method that may be recompiled when hot would have the tiering compiler started from here.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Execute(State* run)
    {
        var trees = stackalloc int[MaximumTrees];
        var opened = 0;
        run->Failed = -1;
        for (var i = 0; i < run->Count && run->Failed < 0; i++)
        {
            var step = run->Steps + i;
            nint result = -1;
            switch (step->Call)
            {
                case Call.Unshare:
                    result = Libc.unshare((int)step->A);
                    break;
                case Call.Enter:
                    result = Libc.setns((int)step->A, (int)step->B);
                    break;
                case Call.SetHostName:
                    result = Libc.sethostname(step->P, step->A);
                    break;
                case Call.Mount:
                    result = Libc.mount(step->P, step->Q, step->R, step->Flags, step->S);
                    break;
                case Call.Unmount:
                    result = Libc.umount2(step->P, (int)step->A);
                    break;
                case Call.MakeDirectory:
                    result = Libc.mkdir(step->P, (uint)step->A);
                    result = result < 0 && *Libc.__errno_location() == Libc.FileExists ? 0 : result;
                    break;
                case Call.MakeFile:
                    result = Libc.open(step->P, Libc.CreateFile | Libc.CloseOnExec, 0x1A4);
                    result = result < 0 ? result : Libc.close((int)result);
                    break;
                case Call.MakeSymlink:
                    result = Libc.symlink(step->P, step->Q);
                    break;
                case Call.OpenTree:
                    result = Libc.syscall(
                        Libc.OpenTreeCall, Libc.CurrentDirectory, (nint)step->P, (nint)(Libc.CloneTree | Libc.RecursiveTree | (uint)Libc.CloseOnExec), 0, 0);
                    trees[step->A] = (int)result;
                    opened = result < 0 ? opened : opened + 1;
                    break;
                case Call.PlaceTree:
                    result = Libc.syscall(
                        Libc.MoveMountCall, trees[step->A], (nint)step->Q, Libc.CurrentDirectory, (nint)step->P, (nint)Libc.EmptySourcePath);
                    break;
                case Call.ChangeDirectory:
                    result = Libc.chdir(step->P);
                    break;
                case Call.Raw:
                    result = Libc.syscall(step->Number, step->A, step->B, step->C, step->D, step->E);
                    break;
            }

            if (result < 0 && !step->Optional)
            {
                run->Error = *Libc.__errno_location();
                run->Failed = i;
            }
        }

        if (run->Failed < 0 && run->Image.Candidates != null)
        {
            SpawnFirst(run);
        }

        for (var i = 0; i < opened; i++)
        {
            _ = Libc.close(trees[i]);
        }

        // What the runtime does while it ends the thread is then done at home.
        _ = Libc.setns(run->Home.Network, Libc.NewNetworkNamespace);
        _ = Libc.setns(run->Home.Host, Libc.NewUtsNamespace);
        _ = Libc.setns(run->Home.Mounts, Libc.NewMountNamespace);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpawnFirst(State* run)
    {
        var image = run->Image;
        var error = Libc.NoSuchFile;
        for (var candidate = image.Candidates; *candidate != null; candidate++)
        {
            int pid;
            var result = Libc.posix_spawn(&pid, *candidate, image.FileActions, image.Attributes, image.Arguments, image.Environment);
            if (result == 0)
            {
                run->Pid = pid;
                return;
            }

            // As a shell does: a file of that name that may not be run is worth telling, but a later one may be.
            error = result is Libc.NoSuchFile or Libc.NotADirectory ? error : result;
            if (result is not (Libc.NoSuchFile or Libc.NotADirectory or Libc.AccessDenied))
            {
                break;
            }
        }

        run->Failed = run->Count;
        run->Error = error;
    }

    private struct Step(Call call)
    {
        public Call Call = call;
        public bool Optional;
        public nint Number;
        public nuint Flags;
        public nint A;
        public nint B;
        public nint C;
        public nint D;
        public nint E;
        public byte* P;
        public byte* Q;
        public byte* R;
        public byte* S;
    }

    /// <summary>Namespaces of this program itself, held open; -1 where the kernel has none.</summary>
    private struct Home
    {
        public int Network;
        public int Host;
        public int Mounts;

        public static Home Open()
        {
            Marshal.PrelinkAll(typeof(Libc));
            using var strings = new NativeStrings();
            return new Home
            {
                Network = Libc.open(strings.Add("/proc/self/ns/net"), Libc.CloseOnExec, 0),
                Host = Libc.open(strings.Add("/proc/self/ns/uts"), Libc.CloseOnExec, 0),
                Mounts = Libc.open(strings.Add("/proc/self/ns/mnt"), Libc.CloseOnExec, 0),
            };
        }
    }

    private struct State
    {
        public Home Home;
        public Step* Steps;
        public int Count;
        public ProcessPointers Image;
        public int Failed;
        public int Error;
        public int Pid;
    }
}

namespace Inlet.Local.Node.Runtime;

/// <summary>A mount point cannot be had. The message names the path and is fit for an Event.</summary>
internal sealed class MountPlanException(string message) : Exception(message);

/// <summary>
/// Works out, on the machine's own view of its files, what a private mount namespace must do so that every mount of a
/// container has a place. Nothing is made on the machine for a mount point that is missing there: its nearest existing parent
/// gets a stand-in, a small tmpfs with everything of the parent bound into it and the missing directories added. Files
/// that exist stay the machine's; what a process creates anew directly in such a stand-in lives as long as the container.
/// </summary>
/// <remarks>
/// An overlay over the parent would be one mount, but hides what is mounted below the parent and keeps writes to existing
/// files from the machine. Making the directories and removing them later breaks when two programs do so at once.
/// </remarks>
internal sealed class MountPlan
{
    /// <summary>Mount points in a directory larger than this must exist: each entry is a mount of its own.</summary>
    private const int LargestStandIn = 4096;

    private const int LongestLinkChain = 40;

    /// <summary>0755.</summary>
    private const UnixFileMode DirectoryMode = (UnixFileMode)0x1ED;

    private readonly List<ContainerMount> _mounts = [];
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private readonly List<Preparation> _preparations = [];

    internal enum Making
    {
        /// <summary>A stand-in for the directory.</summary>
        StandIn,

        /// <summary>A directory inside a stand-in.</summary>
        Directory,

        /// <summary>An empty file inside a stand-in.</summary>
        File,
    }

    internal readonly record struct Preparation(Making Making, string Path);

    /// <summary>What to make first, in order.</summary>
    public IReadOnlyList<Preparation> Preparations => _preparations;

    /// <summary>The mounts with targets free of symbolic links, parents before children.</summary>
    public IReadOnlyList<ContainerMount> Mounts => _mounts;

    /// <exception cref="MountPlanException">A mount cannot have a place.</exception>
    public static MountPlan Of(IEnumerable<ContainerMount> mounts)
    {
        var plan = new MountPlan();
        foreach (var mount in mounts.OrderBy(m => m.Target.Split('/', StringSplitOptions.RemoveEmptyEntries).Length))
        {
            plan.Place(mount);
        }

        return plan;
    }

    /// <summary>Adds the calls to a program that has made its mount namespace.</summary>
    /// <param name="stage">An empty directory of the machine, used in passing.</param>
    /// <param name="readOnlyRoot">Whether everything but the mounts is to be read-only.</param>
    public void AddTo(LaunchProgram program, string stage, bool readOnlyRoot = false)
    {
        // Held first: a mount may hide the way to the source of a later one.
        var trees = _mounts.Select(m => program.OpenTree(m.Source)).ToList();
        foreach (var preparation in _preparations)
        {
            switch (preparation.Making)
            {
                case Making.StandIn:
                    AddStandIn(program, preparation.Path, stage);
                    break;
                case Making.Directory:
                    program.MakeDirectory(preparation.Path, DirectoryMode);
                    break;
                case Making.File:
                    program.MakeFile(preparation.Path);
                    break;
            }
        }

        if (readOnlyRoot)
        {
            // The mounts are in hand by now, and keep their own ways.
            program.MakeReadOnly("/");
        }

        foreach (var (mount, tree) in _mounts.Zip(trees))
        {
            program.PlaceTree(tree, mount.Target);
            if (mount.ReadOnly)
            {
                program.Mount(null, mount.Target, null, Libc.Remount | Libc.Bind | Libc.ReadOnlyMount);
            }
        }
    }

    private void Place(ContainerMount mount)
    {
        if (!mount.Target.StartsWith('/'))
        {
            throw new MountPlanException($"mountPath {mount.Target} must be an absolute path");
        }

        var (existing, missing) = Walk(mount.Target);
        var target = missing.Count == 0 ? existing : MakeWay(existing, missing, isDirectory: Directory.Exists(mount.Source));
        if (target == "/")
        {
            throw new MountPlanException("mountPath / would hide everything of this machine from the process");
        }

        _mounts.Add(mount with { Target = target });
    }

    /// <summary>Follows a path through the container's view as far as it exists.</summary>
    private (string Existing, IReadOnlyList<string> Missing) Walk(string path)
    {
        var left = new LinkedList<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        var here = "/";
        var links = 0;
        while (left.First is { } first)
        {
            var name = first.Value;
            left.RemoveFirst();
            if (name == ".")
            {
                continue;
            }

            if (name == "..")
            {
                here = Path.GetDirectoryName(here) ?? "/";
                continue;
            }

            var next = Path.Combine(here, name);
            if (!IsMountOrMade(next) && LinkTarget(next) is { } target)
            {
                if (++links > LongestLinkChain)
                {
                    throw new MountPlanException($"mountPath {path} goes through too many symbolic links");
                }

                here = target.StartsWith('/') ? "/" : here;
                foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    left.AddFirst(part);
                }

                continue;
            }

            if (!Exists(next))
            {
                return (here, [name, .. left]);
            }

            here = next;
        }

        return (here, []);
    }

    private string MakeWay(string existing, IReadOnlyList<string> missing, bool isDirectory)
    {
        if (missing.Contains(".."))
        {
            throw new MountPlanException($"mountPath {existing}/{string.Join('/', missing)} does not exist");
        }

        return MountAt(existing) is { } volume ? MakeInside(volume, existing, missing, isDirectory) : MakeInStandIn(existing, missing, isDirectory);
    }

    /// <summary>Inside a volume of the pod the mount point is made in the volume itself, as container runtimes do.</summary>
    private static string MakeInside(ContainerMount volume, string existing, IReadOnlyList<string> missing, bool isDirectory)
    {
        var backing = Backing(volume, existing);
        var path = Path.Combine([backing, .. missing]);
        try
        {
            Directory.CreateDirectory(isDirectory ? path : Path.GetDirectoryName(path)!);
            if (!isDirectory)
            {
                File.Open(path, FileMode.OpenOrCreate).Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MountPlanException($"mount point {existing}/{string.Join('/', missing)} cannot be made: {e.Message}");
        }

        return Path.Combine([existing, .. missing]);
    }

    private string MakeInStandIn(string existing, IReadOnlyList<string> missing, bool isDirectory)
    {
        if (_made.Add(existing))
        {
            _preparations.Add(new Preparation(Making.StandIn, existing));
        }

        var path = existing;
        foreach (var (name, index) in missing.Select((n, i) => (n, i)))
        {
            path = Path.Combine(path, name);
            _made.Add(path);
            _preparations.Add(new Preparation(index < missing.Count - 1 || isDirectory ? Making.Directory : Making.File, path));
        }

        return path;
    }

    private bool IsMountOrMade(string path) => _made.Contains(path) || _mounts.Exists(m => m.Target == path);

    private bool Exists(string path) => IsMountOrMade(path) || (OnMachine(path) is { } real && Path.Exists(real));

    private string? LinkTarget(string path) => OnMachine(path) is { } real ? new FileInfo(real).LinkTarget : null;

    /// <summary>Where the bytes of a path are; null inside directories only the container has.</summary>
    private string? OnMachine(string path)
    {
        if (MountAt(path) is { } mount)
        {
            return Backing(mount, path);
        }

        // Below a directory that was made for this container there is nothing but what was made.
        var parent = Path.GetDirectoryName(path);
        return parent is not null && _made.Contains(parent) && !_preparations.Contains(new Preparation(Making.StandIn, parent)) ? null : path;
    }

    private ContainerMount? MountAt(string path) =>
        _mounts.Where(m => path == m.Target || path.StartsWith(m.Target + "/", StringComparison.Ordinal)).MaxBy(m => m.Target.Length);

    private static string Backing(ContainerMount mount, string path) =>
        path.Length == mount.Target.Length ? mount.Source : Path.Combine(mount.Source, path[(mount.Target.Length + 1)..]);

    private static void AddStandIn(LaunchProgram program, string directory, string stage)
    {
        var entries = new DirectoryInfo(directory).GetFileSystemInfos();
        if (entries.Length > LargestStandIn)
        {
            throw new MountPlanException(
                $"a mountPath in {directory} does not exist, and with {entries.Length} entries that directory is too large to stand in for: create it on this machine");
        }

        var status = FileStatus.Of(directory) ?? throw new MountPlanException($"{directory} is gone");
        var options = $"size=64m,mode={Convert.ToString(status.Permissions, 8)},uid={status.User},gid={status.Group}";
        program.Mount("tmpfs", stage, "tmpfs", Libc.NoSetUid, options);
        // Or binding the parent of the stage would bind the stage into itself.
        program.Mount(null, stage, null, Libc.Unbindable);
        foreach (var entry in entries)
        {
            AddEntry(program, entry, Path.Combine(stage, entry.Name));
        }

        if (directory == "/")
        {
            program.PivotRoot(stage);
        }
        else
        {
            program.Mount(stage, directory, null, Libc.Move);
        }

        program.Mount(null, directory, null, Libc.Private);
    }

    private static void AddEntry(LaunchProgram program, FileSystemInfo entry, string copy)
    {
        if (entry.LinkTarget is { } target)
        {
            program.MakeSymlink(target, copy);
            return;
        }

        if (entry is DirectoryInfo)
        {
            program.MakeDirectory(copy, DirectoryMode);
        }
        else
        {
            program.MakeFile(copy);
        }

        // Temporary files come and go between now and then.
        program.Mount(entry.FullName, copy, null, Libc.Bind | Libc.Recursive, optional: true);
    }
}

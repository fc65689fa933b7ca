namespace Inlet.Local.Node.Runtime.Cgroups;

/// <summary>
/// Where this machine's control groups are: version 2, or version 1 with a hierarchy for each controller, as some machines still
/// have them side by side (Linux, admin-guide/cgroup-v2 and cgroup-v1).
/// </summary>
/// <param name="IsUnified">Version 2: one directory for all controllers.</param>
/// <param name="Memory">Directory below which groups that limit memory are made; with version 2 the same as <paramref name="Cpu"/>.</param>
internal sealed record CgroupHierarchies(bool IsUnified, string Memory, string Cpu)
{
    private const string OwnGroups = "/proc/self/cgroup";
    private const string MountTable = "/proc/self/mountinfo";

    /// <summary>The directories, without doubles.</summary>
    public IEnumerable<string> All => new[] { Memory, Cpu }.Distinct();

    /// <returns>Null where memory and CPU cannot be limited at all.</returns>
    public static CgroupHierarchies? Find() => File.Exists(MountTable) && File.Exists(OwnGroups)
        ? Find([.. File.ReadLines(MountTable)], [.. File.ReadLines(OwnGroups)], static path => File.Exists(path) ? File.ReadAllText(path) : "")
        : null;

    /// <param name="read">A file's content; empty when there is none.</param>
    internal static CgroupHierarchies? Find(IReadOnlyList<string> mounts, IReadOnlyList<string> own, Func<string, string> read)
    {
        var memory = Version1(mounts, own, "memory");
        var cpu = Version1(mounts, own, "cpu");
        if (memory is not null && cpu is not null)
        {
            return new CgroupHierarchies(false, memory, cpu);
        }

        // A group with processes of its own gives no controllers to groups below it; only the root may do both.
        var unified = mounts.Select(Mount).FirstOrDefault(m => m.Type == "cgroup2").Path;
        return unified is not null && read(Path.Combine(unified, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is var controllers
            && controllers.Contains("memory") && controllers.Contains("cpu")
                ? new CgroupHierarchies(true, unified, unified)
                : null;
    }

    /// <summary>Below our own group: the limits we are held to then hold for pods, too.</summary>
    private static string? Version1(IReadOnlyList<string> mounts, IReadOnlyList<string> own, string controller)
    {
        var mount = mounts.Select(Mount).FirstOrDefault(m => m.Type == "cgroup" && m.Options.Split(',').Contains(controller)).Path;
        var group = own.Select(static line => line.Split(':', 3)).FirstOrDefault(f => f.Length == 3 && f[1].Split(',').Contains(controller))?[2];
        return mount is null || group is null ? null : Path.Combine(mount, group.TrimStart('/')).TrimEnd('/');
    }

    // id parent major:minor root mount-point options … - type source super-options
    private static (string Path, string Type, string Options) Mount(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return dash > 0 && fields.Length > dash + 3 ? (fields[4], fields[dash + 1], fields[dash + 3]) : ("", "", "");
    }
}

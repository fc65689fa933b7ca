using System.Globalization;

namespace Inlet.Local.Node.Runtime.Cgroups;

/// <summary>The control groups of this instance's containers: one directory per controller, named after the instance.</summary>
internal sealed class CgroupTree
{
    private readonly CgroupHierarchies? _hierarchies;
    private readonly string _name;

    /// <param name="key">Tells this instance from others on the machine.</param>
    public CgroupTree(string key)
    {
        _name = "inlet-" + key;
        _hierarchies = CgroupHierarchies.Find();
        Obstacle = _hierarchies is null ? "this machine has no control groups for memory and cpu" : FindObstacle(_hierarchies);
    }

    /// <summary>Why limits cannot be enforced, fit for an Event; null when they can.</summary>
    public string? Obstacle { get; }

    /// <summary>A group with the limits, still without processes.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The kernel refuses.</exception>
    public ContainerCgroup Create(string name, ContainerLimits limits)
    {
        var hierarchies = _hierarchies ?? throw new IOException(Obstacle);
        var group = new ContainerCgroup(
            hierarchies.IsUnified, Path.Combine(hierarchies.Memory, _name, name), Path.Combine(hierarchies.Cpu, _name, name));
        group.Create(limits);
        return group;
    }

    /// <summary>Ends every process in the groups and removes them; what a killed agent left included.</summary>
    public void RemoveAll()
    {
        foreach (var root in _hierarchies?.All ?? [])
        {
            var own = Path.Combine(root, _name);
            if (Directory.Exists(own))
            {
                foreach (var group in Directory.EnumerateDirectories(own).ToList())
                {
                    ContainerCgroup.KillAndRemove(group);
                }

                ContainerCgroup.TryRemove(own);
            }
        }
    }

    // Made and removed again: whether the user may is a question only the kernel can answer.
    private string? FindObstacle(CgroupHierarchies hierarchies)
    {
        try
        {
            foreach (var root in hierarchies.All)
            {
                var own = Path.Combine(root, _name);
                Delegate(hierarchies, root);
                Directory.CreateDirectory(own);
                Delegate(hierarchies, own);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"control groups cannot be made below {hierarchies.Memory}: {e.Message}");
        }
    }

    private static void Delegate(CgroupHierarchies hierarchies, string directory)
    {
        var file = Path.Combine(directory, "cgroup.subtree_control");
        if (hierarchies.IsUnified && File.ReadAllText(file) is var given && !(given.Contains("memory", StringComparison.Ordinal) && given.Contains("cpu", StringComparison.Ordinal)))
        {
            File.WriteAllText(file, "+memory +cpu");
        }
    }
}

namespace Inlet.Feature.Tests.Harness;

/// <summary>What a cluster could leave on a machine: processes of pods, links, network namespaces, mounts, control groups.</summary>
internal sealed record MachineState(IReadOnlySet<string> Processes, IReadOnlySet<string> Links, IReadOnlySet<string> Namespaces, IReadOnlySet<string> Mounts,
    IReadOnlySet<string> ControlGroups)
{
    public static MachineState Now() => new(
        Directory.EnumerateDirectories("/proc").Where(static path => int.TryParse(Path.GetFileName(path), out _)).Select(Describe).OfType<string>().ToHashSet(),
        Directory.Exists("/sys/class/net") ? Directory.EnumerateFileSystemEntries("/sys/class/net").ToHashSet() : [],
        Directory.Exists("/run/netns") ? Directory.EnumerateFileSystemEntries("/run/netns").ToHashSet() : [],
        File.ReadLines("/proc/self/mountinfo").Select(static line => line.Split(' ')[4]).Where(static mount => mount.Contains("inlet-feature", StringComparison.Ordinal)).ToHashSet(),
        Directory.Exists("/sys/fs/cgroup") ? Directory.EnumerateDirectories("/sys/fs/cgroup", "inlet-*", SearchOption.AllDirectories).ToHashSet() : []);

    public void AssertNothingMoreThan(MachineState before)
    {
        Assert.Empty(Processes.Except(before.Processes));
        Assert.Empty(Links.Except(before.Links));
        Assert.Empty(Namespaces.Except(before.Namespaces));
        Assert.Empty(Mounts.Except(before.Mounts));
        Assert.Empty(ControlGroups.Except(before.ControlGroups));
    }

    // Only our own program's processes: others come and go on any machine.
    private static string? Describe(string path)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(path, "cmdline")).Replace('\0', ' ');
            return command.Contains("inlet", StringComparison.Ordinal) && !command.Contains("Tests", StringComparison.Ordinal) ? $"{path} {command}" : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

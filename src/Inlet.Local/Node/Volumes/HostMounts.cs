using System.Globalization;
using System.Text.RegularExpressions;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Volumes;

/// <summary>Mounts on the machine itself: only for memory-backed volumes, all of them below the agent's own directory.</summary>
internal static unsafe partial class HostMounts
{
    /// <returns>False where the user may not mount: the directory then stays on disk.</returns>
    public static bool TryMountMemory(string directory, string options)
    {
        using var strings = new NativeStrings();
        return Libc.mount(strings.Add("tmpfs"), strings.Add(directory), strings.Add("tmpfs"), Libc.NoSetUid | Libc.NoDevices, strings.Add(options)) == 0;
    }

    public static void Unmount(string directory)
    {
        using var strings = new NativeStrings();
        _ = Libc.umount2(strings.Add(directory), Libc.Detach);
    }

    /// <summary>Takes away every mount at or below a directory, the newest first.</summary>
    public static void UnmountAll(string directory)
    {
        foreach (var mount in Below(directory).Reverse())
        {
            Unmount(mount);
        }
    }

    public static IReadOnlyList<string> Below(string directory)
    {
        const string Table = "/proc/self/mountinfo";
        return File.Exists(Table)
            ? [.. File.ReadLines(Table).Select(MountPoint).Where(m => m == directory || m.StartsWith(directory + "/", StringComparison.Ordinal))]
            : [];
    }

    // Field 5; blanks and the like are written as three octal digits.
    private static string MountPoint(string line) =>
        Octal().Replace(line.Split(' ')[4], m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}

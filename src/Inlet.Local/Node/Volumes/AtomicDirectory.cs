using System.Globalization;

namespace Inlet.Local.Node.Volumes;

/// <summary>
/// A directory whose files change all at once, laid out as the kubelet does: files live in a directory with a time for a name,
/// <c>..data</c> links to it, and each name one sees links through <c>..data</c>. Replacing that one link changes everything
/// in the same moment; a reader that has a file open keeps the old one.
/// </summary>
internal sealed class AtomicDirectory(string path, TimeProvider time)
{
    private const string Data = "..data";
    private const UnixFileMode DirectoryMode = (UnixFileMode)0x1ED;

    /// <summary>Writes the files, unless they are there already just so.</summary>
    /// <param name="group">Made the group of all files, which it may read then; null leaves them to the user Inlet runs as.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Write(IReadOnlyCollection<VolumeFile> files, uint? group)
    {
        Directory.CreateDirectory(path);
        var current = Current();
        if (current is not null && IsSame(current, files))
        {
            return false;
        }

        var name = NewName();
        var version = Path.Combine(path, name);
        foreach (var file in files)
        {
            WriteFile(version, file, group);
        }

        Directory.CreateDirectory(version);
        Swap(name);
        LinkNames(files);
        if (current is not null)
        {
            Directory.Delete(current, recursive: true);
        }

        return true;
    }

    private string? Current() =>
        new FileInfo(Path.Combine(path, Data)).LinkTarget is { } target && Directory.Exists(Path.Combine(path, target)) ? Path.Combine(path, target) : null;

    private static bool IsSame(string current, IReadOnlyCollection<VolumeFile> files)
    {
        var there = Directory.GetFiles(current, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        return there.Length == files.Count && files.All(f => IsSame(Path.Combine(current, f.Path), f));
    }

    private static bool IsSame(string path, VolumeFile file) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & ~UnixFileMode.GroupRead) == (file.Mode & ~UnixFileMode.GroupRead))
        && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content);

    private string NewName()
    {
        var stem = time.GetUtcNow().ToString("'..'yyyy'_'MM'_'dd'_'HH'_'mm'_'ss'.'fffffff", CultureInfo.InvariantCulture);
        var name = stem;
        for (var i = 1; Directory.Exists(Path.Combine(path, name)); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{i}");
        }

        return name;
    }

    private static void WriteFile(string version, VolumeFile file, uint? group)
    {
        var target = Path.Combine(version, file.Path);
        MakeDirectories(Path.GetDirectoryName(target)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(target, options))
        {
            stream.Write(file.Content);
        }

        var mode = file.Mode;
        if (group is { } g)
        {
            Ownership.GiveToGroup(target, g);
            mode |= UnixFileMode.GroupRead;
        }

        // After creation, which the umask would trim.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(target, mode);
        }
    }

    private static void MakeDirectories(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, DirectoryMode);
    }

    private void Swap(string name)
    {
        var link = Path.Combine(path, "..data_tmp");
        File.Delete(link);
        File.CreateSymbolicLink(link, name);
        LinkSwap.Rename(link, Path.Combine(path, Data));
    }

    private void LinkNames(IReadOnlyCollection<VolumeFile> files)
    {
        var wanted = files.Select(f => f.Path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget?.StartsWith(Data + "/", StringComparison.Ordinal) == true && !wanted.Remove(entry.Name))
            {
                entry.Delete();
            }
        }

        foreach (var name in wanted)
        {
            File.CreateSymbolicLink(Path.Combine(path, name), $"{Data}/{name}");
        }
    }
}

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// Stands in for mounts where the user may not mount: symbolic links on this machine itself, seen by everything on it, taken
/// away with their pod. Each is recorded before it is made, so that a successor finds what a killed agent left.
/// </summary>
internal sealed class MountLinks(NodeDirectory directory)
{
    private const string FileName = "links";
    private const char Separator = '\t';

    /// <exception cref="MountPlanException">Something is at the path already, or the user may not write there.</exception>
    public void Make(string podUid, IEnumerable<ContainerMount> mounts)
    {
        foreach (var mount in mounts)
        {
            Make(podUid, mount.Source, mount.Target.TrimEnd('/'));
        }
    }

    /// <summary>Takes away what was made for a pod, and nothing that has taken its place since.</summary>
    public void Remove(string podUid)
    {
        var record = Record(podUid);
        if (!File.Exists(record))
        {
            return;
        }

        foreach (var line in File.ReadAllLines(record).Reverse())
        {
            if (line.Split(Separator) is [var path, var target])
            {
                Remove(path, target);
            }
        }

        File.Delete(record);
    }

    private void Make(string podUid, string source, string target)
    {
        var current = new FileInfo(target).LinkTarget;
        if (current == source && IsRecorded(podUid, target, source))
        {
            // Another container of the pod has it there too.
            return;
        }

        if (current is not null || Path.Exists(target))
        {
            throw new MountPlanException(
                $"mountPath {target} exists on this machine, and without the right to mount (CAP_SYS_ADMIN) a volume can only be a symbolic link "
                + "in a free place: choose another mountPath, or run inlet as root");
        }

        try
        {
            MakeParents(podUid, Path.GetDirectoryName(target) ?? "/");
            Note(podUid, target, source);
            File.CreateSymbolicLink(target, source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MountPlanException($"mountPath {target} cannot be made on this machine: {e.Message}. Run inlet as root, or choose another mountPath");
        }
    }

    private void MakeParents(string podUid, string parent)
    {
        if (Directory.Exists(parent))
        {
            return;
        }

        MakeParents(podUid, Path.GetDirectoryName(parent) ?? "/");
        Note(podUid, parent, "");
        Directory.CreateDirectory(parent);
    }

    private static void Remove(string path, string target)
    {
        try
        {
            if (target.Length > 0 && new FileInfo(path).LinkTarget == target)
            {
                File.Delete(path);
            }
            else if (target.Length == 0 && Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
            {
                Directory.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody put something there in this moment: it is theirs now.
        }
    }

    private bool IsRecorded(string podUid, string target, string source) =>
        File.Exists(Record(podUid)) && File.ReadLines(Record(podUid)).Contains(Line(target, source));

    private void Note(string podUid, string path, string target) => File.AppendAllText(Record(podUid), Line(path, target) + "\n");

    private string Record(string podUid) => Path.Combine(directory.Pod(podUid), FileName);

    private static string Line(string path, string target) => $"{path}{Separator}{target}";
}

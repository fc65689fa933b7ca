using System.Security.Cryptography;
using System.Text;
using Inlet.Local.Store;

namespace Inlet.Local.Node;

/// <summary>Where the node agent keeps things, below the data directory.</summary>
internal sealed class NodeDirectory
{
    private readonly string _root;

    public NodeDirectory(string dataDirectory)
    {
        _root = Path.Combine(Path.GetFullPath(dataDirectory), "node");
        Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_root)).AsSpan(0, 6));
    }

    /// <summary>Tells this instance's processes from those of others on the machine.</summary>
    public string Key { get; }

    public string Root => _root;

    /// <summary>Empty; launches mount on it in passing, each in a mount namespace of its own.</summary>
    public string Stage => Path.Combine(_root, "stage");

    /// <summary>Kept in memory where the user may mount: Secrets and tokens.</summary>
    public string Memory => Path.Combine(_root, "memory");

    private string PodsRoot => Path.Combine(_root, "pods");

    private string LogsRoot => Path.Combine(_root, "logs");

    public string Pod(string uid) => Path.Combine(PodsRoot, uid);

    public string PodMemory(string uid) => Path.Combine(Memory, uid);

    /// <summary>One file per container instance and rotation; outlives the pod's other files and restarts of the agent.</summary>
    public string Logs(string podUid, string container) => Path.Combine(LogsRoot, podUid, container);

    public string PodLogs(string podUid) => Path.Combine(LogsRoot, podUid);

    public IEnumerable<string> Pods() => Names(PodsRoot);

    public IEnumerable<string> LoggedPods() => Names(LogsRoot);

    public void Create()
    {
        foreach (var directory in (ReadOnlySpan<string>)[_root, PodsRoot, LogsRoot, Stage, Memory])
        {
            DataDirectory.CreatePrivate(directory);
        }
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(d => Path.GetFileName(d)) : [];
}

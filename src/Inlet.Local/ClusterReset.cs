using Inlet.Local.Node;
using Inlet.Local.Store;

namespace Inlet.Local;

/// <summary>Undoes everything a local cluster made: its files by name, never a whole directory somebody pointed us at.</summary>
internal static class ClusterReset
{
    private static readonly string[] OwnFiles = ["store.db", "store.db-wal", "store.db-shm", "kubeconfig", "inlet.log", "inlet.log.1"];
    private static readonly string[] OwnDirectories = ["pki", "node"];

    public static bool Run(string path)
    {
        path = Path.GetFullPath(path);
        if (!Directory.Exists(path))
        {
            return false;
        }

        if (!File.Exists(Path.Combine(path, "store.db")))
        {
            throw new StoreUnusableException($"{path} is not a data directory of inlet (it has no store.db); nothing was removed");
        }

        using (DataDirectory.Open(path))
        {
            NodeLeftovers.Remove(path);
            foreach (var directory in OwnDirectories.Select(name => Path.Combine(path, name)).Where(Directory.Exists))
            {
                Directory.Delete(directory, recursive: true);
            }

            foreach (var file in OwnFiles)
            {
                File.Delete(Path.Combine(path, file));
            }
        }

        File.Delete(Path.Combine(path, "lock"));
        if (!Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
        }

        return true;
    }
}

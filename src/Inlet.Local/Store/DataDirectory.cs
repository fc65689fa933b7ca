using System.Runtime.Versioning;

namespace Inlet.Local.Store;

/// <summary>The directory that holds everything one local cluster keeps: owned by one process at a time, private to one user.</summary>
public sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    public string Path { get; }

    /// <summary>Creates the directory (mode 0700) when missing and takes it for this process until disposed or ended.</summary>
    /// <exception cref="StoreUnusableException">Another process uses it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            CreatePrivate(path);
            var file = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new(path, file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnusableException($"the data directory {path} cannot be written: {e.Message}; choose another with --data-dir", e);
        }
        catch (IOException e) when (File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            throw new StoreUnusableException(
                $"the data directory {path} is in use by another inlet; stop that one, or choose another with --data-dir", e);
        }
        catch (IOException e)
        {
            throw new StoreUnusableException($"the data directory {path} cannot be created: {e.Message}; choose another with --data-dir", e);
        }
    }

    /// <summary>A sub-directory with mode 0700.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        Restrict(path);
    }

    public void Dispose() => _lock.Dispose();

    // A directory made by hand, or under a loose umask, may hold our keys a moment later.
    [UnsupportedOSPlatform("windows")]
    private static void Restrict(string path)
    {
        if (File.GetUnixFileMode(path) != OwnerOnly)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }
}

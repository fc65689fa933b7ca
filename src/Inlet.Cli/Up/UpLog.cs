using Inlet.Local.Store;

namespace Inlet.Cli.Up;

/// <summary><c>inlet.log</c> in the data directory: what the cluster's own parts warn of. The one before is kept once it has grown.</summary>
internal static class UpLog
{
    private const long LargeBytes = 1024 * 1024;

    /// <exception cref="StoreUnusableException">The data directory cannot be written.</exception>
    public static TextWriter Open(string dataDirectory)
    {
        try
        {
            DataDirectory.CreatePrivate(dataDirectory);
            var path = Path.Combine(dataDirectory, "inlet.log");
            if (File.Exists(path) && new FileInfo(path).Length > LargeBytes)
            {
                File.Move(path, path + ".1", overwrite: true);
            }

            return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnusableException($"the data directory {dataDirectory} cannot be written: {exception.Message}; choose another with --data-dir", exception);
        }
    }
}

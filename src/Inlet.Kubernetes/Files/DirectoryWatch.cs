using System.Threading.Channels;

namespace Inlet.Kubernetes;

/// <summary>
/// Signals that something in the watched places changed. Always watches directories, never files: editors and mounted
/// volumes replace a file by renaming another over it, and a watch on the old file would see nothing any more.
/// </summary>
internal sealed class DirectoryWatch : IDisposable
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<FileSystemWatcher> _watchers = [];

    public DirectoryWatch(IReadOnlyList<string> paths)
    {
        var directories = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var isDirectory = Directory.Exists(path);
            var directory = isDirectory ? Path.GetFullPath(path) : Path.GetDirectoryName(Path.GetFullPath(path))!;
            directories[directory] = isDirectory || directories.GetValueOrDefault(directory);
        }

        foreach (var (directory, recursive) in directories)
        {
            var watcher = new FileSystemWatcher(directory)
            {
                IncludeSubdirectories = recursive,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Changed += (_, _) => Signal();
            watcher.Created += (_, _) => Signal();
            watcher.Deleted += (_, _) => Signal();
            watcher.Renamed += (_, _) => Signal();
            // An overflow of the kernel's queue: whatever was missed, reading everything again finds it.
            watcher.Error += (_, _) => Signal();
            _watchers.Add(watcher);
        }
    }

    /// <exception cref="IOException">The system grants no more watches.</exception>
    public void Start()
    {
        try
        {
            foreach (var watcher in _watchers)
            {
                watcher.EnableRaisingEvents = true;
            }
        }
        catch (IOException exception)
        {
            Dispose();
            throw new IOException($"cannot watch files: {exception.Message} Raise fs.inotify.max_user_instances and fs.inotify.max_user_watches (sysctl).", exception);
        }
    }

    /// <summary>Waits for the next change.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _signals.Reader.ReadAsync(cancellationToken);

    /// <returns>Whether something changed within <paramref name="longest"/>.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _signals.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);
}

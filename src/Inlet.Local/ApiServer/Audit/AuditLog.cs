using System.Text.Json.Nodes;
using System.Threading.Channels;

using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Audit;

/// <summary>Appends one line of JSON for each answered request to a file only its owner may read. Watches appear when they end.</summary>
internal sealed class AuditLog : IAsyncDisposable
{
    /// <summary>Requests wait for the disk once so many lines have not reached it: none is left out.</summary>
    private const int LongestQueue = 4096;

    private readonly Channel<JsonObject> _lines = Channel.CreateBounded<JsonObject>(LongestQueue);
    private readonly FileStream _file;
    private readonly Task _writing;

    private AuditLog(FileStream file)
    {
        _file = file;
        _writing = WriteAsync();
    }

    /// <exception cref="ApiServerException">The file cannot be written.</exception>
    public static AuditLog Open(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new(new FileStream(path, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiServerException($"cannot write the audit log {path}: {e.Message}; choose another file with --audit-log", e);
        }
    }

    public ValueTask AddAsync(JsonObject entry) => _lines.Writer.WriteAsync(entry);

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            await _file.WriteAsync(ObjectBytes.Write(line));
            _file.WriteByte((byte)'\n');
            if (!_lines.Reader.TryPeek(out _))
            {
                await _file.FlushAsync();
            }
        }
    }
}

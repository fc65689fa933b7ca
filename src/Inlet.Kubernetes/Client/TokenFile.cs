namespace Inlet.Kubernetes;

/// <summary>A bearer token in a file that somebody else rotates (a ServiceAccount's projected token lives an hour).</summary>
internal sealed class TokenFile(string path, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private string? _header;
    private long _readAt;

    /// <summary>Reads the file again when the last reading is half a minute old. While it cannot be read the last token stays.</summary>
    public async ValueTask<string?> AuthorizationAsync(CancellationToken cancellationToken)
    {
        if (_header is not null && time.GetElapsedTime(_readAt) < Fresh)
        {
            return _header;
        }

        try
        {
            _header = "Bearer " + (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            _readAt = time.GetTimestamp();
        }
        catch (Exception exception) when (_header is not null && exception is IOException or UnauthorizedAccessException)
        {
        }

        return _header;
    }
}

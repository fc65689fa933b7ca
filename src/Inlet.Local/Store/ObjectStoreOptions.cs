namespace Inlet.Local.Store;

/// <summary>
/// How much history watches may go back. Both limits bound the database too: what leaves the window is deleted from it.
/// </summary>
public sealed record ObjectStoreOptions
{
    /// <summary>Writes kept for watchers that come back.</summary>
    public int HistoryEvents { get; init; } = 8192;

    /// <summary>Bytes of superseded object revisions kept.</summary>
    public long HistoryBytes { get; init; } = 8 * 1024 * 1024;
}

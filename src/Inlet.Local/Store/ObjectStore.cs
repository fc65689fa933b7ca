using System.Text.Json.Nodes;

namespace Inlet.Local.Store;

/// <summary>
/// Every object of one local cluster: append-only revisions on disk, the current state and a window of history in memory.
/// Reads never wait for the disk. A write is acknowledged after it is on the disk, and is visible to readers and watchers
/// just before its acknowledgement. Revisions grow by one over all objects and are never used twice, crashes included.
/// </summary>
public sealed class ObjectStore : IAsyncDisposable
{
    private readonly EventLog _log = new();
    private readonly StoreWriter _writer;
    private StoreState _state;

    private ObjectStore(SqliteRevisions revisions, ObjectStoreOptions options)
    {
        _state = Load(revisions, _log);
        _writer = new StoreWriter(revisions, options, _log, () => State, state => Volatile.Write(ref _state, state));
    }

    /// <summary>The newest committed state: one reference read, consistent over all resources.</summary>
    public StoreState State => Volatile.Read(ref _state);

    public long Revision => State.Revision;

    /// <summary>Events up to and including this revision can no longer be watched from.</summary>
    public long Compacted => _log.Compacted;

    /// <exception cref="StoreUnusableException">Written by a newer version, or damaged; the message is for the user.</exception>
    public static ObjectStore Open(DataDirectory directory, ObjectStoreOptions? options = null)
    {
        var revisions = SqliteRevisions.Open(Path.Combine(directory.Path, "store.db"));
        try
        {
            return new(revisions, options ?? new());
        }
        catch
        {
            revisions.Dispose();
            throw;
        }
    }

    public StoredObject? Find(StoreKey key) => State.Find(key);

    /// <summary>Stores a new object.</summary>
    /// <param name="obj">Handed over to the store: the caller does not touch it again.</param>
    /// <exception cref="StoreConflictException">It exists.</exception>
    public Task<StoredObject> CreateAsync(StoreKey key, JsonObject obj, CancellationToken cancellationToken) =>
        _writer.WriteAsync(new(StoreEventType.Added, key, obj, 0), cancellationToken);

    /// <summary>Replaces an object that is still at <paramref name="expectedRevision"/>.</summary>
    /// <param name="obj">Handed over to the store: the caller does not touch it again.</param>
    /// <exception cref="StoreConflictException">It is at another revision, or gone.</exception>
    public Task<StoredObject> UpdateAsync(StoreKey key, JsonObject obj, long expectedRevision, CancellationToken cancellationToken) =>
        _writer.WriteAsync(new(StoreEventType.Modified, key, obj, expectedRevision), cancellationToken);

    /// <summary>Removes an object that is still at <paramref name="expectedRevision"/>; the answer is its last state, as watchers see it.</summary>
    /// <exception cref="StoreConflictException">It is at another revision, or gone.</exception>
    public Task<StoredObject> DeleteAsync(StoreKey key, JsonObject last, long expectedRevision, CancellationToken cancellationToken) =>
        _writer.WriteAsync(new(StoreEventType.Deleted, key, last, expectedRevision), cancellationToken);

    /// <summary>Every write to the resource after <paramref name="revision"/>, in order.</summary>
    /// <exception cref="RevisionCompactedException">Too old.</exception>
    public EventCursor Watch(string resource, long revision) => _log.Open(resource, revision);

    /// <summary>
    /// The resource's objects as they were at an older revision that is still in the window, in order of namespace, then name.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Too old.</exception>
    public IReadOnlyList<StoredObject> ListAt(string resource, string? ns, long revision)
    {
        var (state, newestFirst) = _log.Since(resource, revision, () => State);
        foreach (var e in newestFirst)
        {
            state = e.Previous is null ? state.Without(e.Object.Key, revision) : state.With(e.Previous);
        }

        return [.. state.List(resource, ns)];
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static StoreState Load(SqliteRevisions revisions, EventLog log)
    {
        var compacted = revisions.Compacted;
        var highest = revisions.Highest;
        var state = StoreState.Empty;
        var kept = new List<StoreEvent>();
        foreach (var (change, stored) in revisions.ReadAll())
        {
            var previous = state.Find(stored.Key);
            state = change == StoreEventType.Deleted ? state.Without(stored.Key, stored.Revision) : state.With(stored);
            if (stored.Revision > compacted)
            {
                kept.Add(new(change, stored, previous));
            }
        }

        log.Restore(compacted, highest);
        log.Append(kept, static () => { });
        return state.At(highest);
    }
}

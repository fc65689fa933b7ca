using System.Text.Json.Nodes;

namespace Inlet.Local.Store;

/// <summary>
/// The only writer, a thread of its own because SQLite blocks. What queues up while one commit waits for the disk goes
/// into the next commit together: a hundred concurrent writers cost a few disk flushes, not a hundred.
/// </summary>
internal sealed class StoreWriter : IAsyncDisposable
{
    /// <summary>Writes in one transaction at most, so that the first of them does not wait for the last of a flood.</summary>
    private const int BatchLimit = 512;

    /// <summary>Compaction waits for so much excess, then removes it in one go with a commit that happens anyway.</summary>
    private const int CompactionStep = 256;

    private readonly SqliteRevisions _revisions;
    private readonly ObjectStoreOptions _options;
    private readonly EventLog _log;
    private readonly Func<StoreState> _current;
    private readonly Action<StoreState> _publish;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Guards <see cref="_queue"/> and <see cref="_stopping"/>.</summary>
    private readonly object _gate = new();
    private Queue<Pending> _queue = new();
    private bool _stopping;

    public StoreWriter(
        SqliteRevisions revisions, ObjectStoreOptions options, EventLog log, Func<StoreState> current, Action<StoreState> publish)
    {
        _revisions = revisions;
        _options = options;
        _log = log;
        _current = current;
        _publish = publish;
        _thread = new Thread(Run) { IsBackground = true, Name = "inlet-store" };
        _thread.Start();
    }

    /// <summary>Cancelling gives up waiting; a write already queued may still happen.</summary>
    public Task<StoredObject> WriteAsync(StoreWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new Pending(write);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(ObjectStore));
            _queue.Enqueue(pending);
            Monitor.Pulse(_gate);
        }

        return cancellationToken.CanBeCanceled ? pending.Done.Task.WaitAsync(cancellationToken) : pending.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        try
        {
            var batch = new List<Pending>();
            while (Take(batch))
            {
                Commit(batch);
                batch.Clear();
            }
        }
        finally
        {
            _revisions.Dispose();
            _ended.SetResult();
        }
    }

    private bool Take(List<Pending> batch)
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_stopping)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            while (batch.Count < BatchLimit && _queue.TryDequeue(out var pending))
            {
                batch.Add(pending);
            }

            return true;
        }
    }

    private void Commit(List<Pending> batch)
    {
        var state = _current();
        var events = new List<StoreEvent>(batch.Count);
        var done = new List<Pending>(batch.Count);
        var refused = new List<(Pending Pending, Exception Reason)>();
        var trimmed = 0;
        try
        {
            using var transaction = _revisions.Begin();
            foreach (var pending in batch)
            {
                if (Apply(pending, ref state, events) is { } reason)
                {
                    refused.Add((pending, reason));
                }
                else
                {
                    done.Add(pending);
                }
            }

            trimmed = Compact();
            if (events.Count > 0 || trimmed > 0)
            {
                transaction.Commit();
            }
        }
        catch (Exception e)
        {
            // Disk full, I/O error: nothing of this batch happened, and nothing of it was seen. Later writes try again.
            foreach (var pending in batch)
            {
                pending.Done.TrySetException(new IOException($"the store could not write: {e.Message}", e));
            }

            return;
        }

        _log.Append(events, () => _publish(state));
        _log.Trim(trimmed);
        for (var i = 0; i < done.Count; i++)
        {
            done[i].Done.TrySetResult(events[i].Object);
        }

        // Not before the state is published: who is told that another was first reads again at once, and has to see the other's write.
        foreach (var (pending, reason) in refused)
        {
            pending.Done.TrySetException(reason);
        }

        if (trimmed > 0 && _revisions.FreePages > 1024)
        {
            _revisions.Vacuum();
        }
    }

    /// <returns>Why the write does not happen; null when it does.</returns>
    private Exception? Apply(Pending pending, ref StoreState state, List<StoreEvent> events)
    {
        var write = pending.Write;
        var previous = state.Find(write.Key);
        if ((previous?.Revision ?? 0) != write.ExpectedRevision)
        {
            return new StoreConflictException(write.Key, previous);
        }

        var revision = state.Revision + 1;
        byte[] utf8;
        try
        {
            utf8 = ObjectBytes.Stamp(write.Object, revision);
        }
        catch (Exception e)
        {
            // One object that cannot be written as JSON (too deep) does not fail its neighbours in the batch.
            return e;
        }

        var stored = new StoredObject(write.Key, revision, utf8);
        _revisions.Insert(write.Type, stored, utf8);
        state = write.Type == StoreEventType.Deleted ? state.Without(write.Key, revision) : state.With(stored);
        events.Add(new(write.Type, stored, previous));
        return null;
    }

    private int Compact()
    {
        if (_log.Count <= _options.HistoryEvents + CompactionStep && _log.Bytes <= _options.HistoryBytes * 5 / 4)
        {
            return 0;
        }

        var excess = _log.Excess(_options.HistoryEvents, _options.HistoryBytes);
        foreach (var e in excess)
        {
            if (e.Previous is not null)
            {
                _revisions.Delete(e.Previous.Revision);
            }

            if (e.Type == StoreEventType.Deleted)
            {
                _revisions.Delete(e.Revision);
            }
        }

        if (excess.Count > 0)
        {
            _revisions.SetCompacted(excess[^1].Revision);
        }

        return excess.Count;
    }

    private sealed class Pending(StoreWrite write)
    {
        public StoreWrite Write { get; } = write;

        public TaskCompletionSource<StoredObject> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <param name="ExpectedRevision">0: the object must not exist.</param>
internal sealed record StoreWrite(StoreEventType Type, StoreKey Key, JsonObject Object, long ExpectedRevision);

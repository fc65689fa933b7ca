using System.Diagnostics.CodeAnalysis;

namespace Inlet.Local.Store;

/// <summary>One watcher's place in a resource's events. Not thread-safe: one reader.</summary>
public sealed class EventCursor
{
    private readonly EventLog _log;
    private EventLog.Node _place;
    private long _revision;

    internal EventCursor(EventLog log, EventLog.Node place, long revision)
    {
        _log = log;
        _place = place;
        _revision = revision;
    }

    /// <summary>The next event, when one is there already.</summary>
    /// <exception cref="RevisionCompactedException">The reader is so slow that the window passed it.</exception>
    public bool TryRead([NotNullWhen(true)] out StoreEvent? e)
    {
        while (_place.Next is { } next)
        {
            e = next.Event!;
            if (e.Revision <= _log.Compacted)
            {
                // The chain behind this node is intact, but a reader that may lag without bound keeps every event alive.
                throw new RevisionCompactedException(_revision, _log.Compacted);
            }

            _place = next;
            if (e.Revision <= _revision)
            {
                // Published between the caller's list and this cursor: the list has it.
                continue;
            }

            _revision = e.Revision;
            return true;
        }

        e = null;
        return false;
    }

    /// <summary>
    /// The revision a bookmark may carry: when the cursor is drained after this was read, every event up to it was handed out.
    /// </summary>
    public long Published => _log.Published;

    public Task WaitAsync(CancellationToken cancellationToken) => _place.Signal.Task.WaitAsync(cancellationToken);

    /// <summary>Waits, at most so long, for the next event. False when none came.</summary>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _place.Signal.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

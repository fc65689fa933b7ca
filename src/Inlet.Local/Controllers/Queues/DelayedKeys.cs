namespace Inlet.Local.Controllers.Queues;

/// <summary>Keys that come due later, each once, at the earliest of its times. Not safe for concurrent use.</summary>
internal sealed class DelayedKeys<TKey> where TKey : notnull
{
    private readonly Dictionary<TKey, DateTimeOffset> _due = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _order = new();

    public DateTimeOffset? Next
    {
        get
        {
            DropStale();
            return _order.TryPeek(out _, out var due) ? due : null;
        }
    }

    public void Add(TKey key, DateTimeOffset due)
    {
        if (!_due.TryGetValue(key, out var known) || due < known)
        {
            _due[key] = due;
            _order.Enqueue(key, due);
        }
    }

    public IEnumerable<TKey> TakeDue(DateTimeOffset now)
    {
        while (Next is { } due && due <= now)
        {
            var key = _order.Dequeue();
            _due.Remove(key);
            yield return key;
        }
    }

    // A key moved forward leaves its later entry behind.
    private void DropStale()
    {
        while (_order.TryPeek(out var key, out var due) && !(_due.TryGetValue(key, out var current) && current == due))
        {
            _order.Dequeue();
        }
    }
}

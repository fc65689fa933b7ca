namespace Inlet.Local.Store;

/// <summary>
/// The committed writes watchers may still ask for, as one linked chain per resource. A watcher holds a place in its
/// chain and wakes only for its own resource; appending costs the same with one watcher or a hundred.
/// </summary>
internal sealed class EventLog
{
    /// <summary>Guards the chains' heads and tails and <see cref="_window"/>; held for pointer moves only, never over I/O.</summary>
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Chain> _chains = new(StringComparer.Ordinal);
    private readonly Queue<StoreEvent> _window = new();
    private long _windowBytes;
    private long _compacted;
    private long _published;

    /// <summary>Every revision up to and including this one is gone.</summary>
    public long Compacted => Volatile.Read(ref _compacted);

    /// <summary>Every write up to and including this one is in the chains.</summary>
    public long Published => Volatile.Read(ref _published);

    public int Count => _window.Count;

    public long Bytes => _windowBytes;

    public void Restore(long compacted, long published)
    {
        _compacted = compacted;
        _published = published;
    }

    /// <summary>Appends a batch in revision order, after publishing the state they make: who sees an event can read its object.</summary>
    public void Append(List<StoreEvent> events, Action publishState)
    {
        var signals = new List<(TaskCompletionSource<Node> Signal, Node Next)>(events.Count);
        lock (_gate)
        {
            publishState();
            foreach (var e in events)
            {
                var chain = ChainOf(e.Object.Key.Resource);
                var node = new Node(e);
                signals.Add((chain.Tail.Signal, node));
                chain.Tail.Next = node;
                chain.Tail = node;
                _window.Enqueue(e);
                _windowBytes += SupersededBytes(e);
            }

            if (events.Count > 0)
            {
                Volatile.Write(ref _published, events[^1].Revision);
            }
        }

        foreach (var (signal, next) in signals)
        {
            signal.SetResult(next);
        }
    }

    /// <summary>What would leave the window under these limits: the oldest events, oldest first. Leaves the log unchanged.</summary>
    public List<StoreEvent> Excess(int keepEvents, long keepBytes)
    {
        var excess = new List<StoreEvent>();
        var count = _window.Count;
        var bytes = _windowBytes;
        foreach (var e in _window)
        {
            if (count <= keepEvents && bytes <= keepBytes)
            {
                break;
            }

            excess.Add(e);
            count--;
            bytes -= SupersededBytes(e);
        }

        return excess;
    }

    public void Trim(int count)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                var e = _window.Dequeue();
                _windowBytes -= SupersededBytes(e);
                var chain = _chains[e.Object.Key.Resource];
                chain.Head = chain.Head.Next!;
                Volatile.Write(ref _compacted, e.Revision);
            }
        }
    }

    /// <summary>A place in a resource's chain just before the first event after <paramref name="revision"/>.</summary>
    /// <exception cref="RevisionCompactedException">Events after that revision are gone.</exception>
    public EventCursor Open(string resource, long revision)
    {
        lock (_gate)
        {
            if (revision < _compacted)
            {
                throw new RevisionCompactedException(revision, _compacted);
            }

            var chain = ChainOf(resource);
            var place = chain.Head;
            while (place.Next is { } next && next.Event!.Revision <= revision)
            {
                place = next;
            }

            return new(this, place, revision);
        }
    }

    /// <summary>The state and, newest first, the resource's events after <paramref name="revision"/> that it contains.</summary>
    public (StoreState State, List<StoreEvent> NewestFirst) Since(string resource, long revision, Func<StoreState> current)
    {
        lock (_gate)
        {
            if (revision < _compacted)
            {
                throw new RevisionCompactedException(revision, _compacted);
            }

            var events = new List<StoreEvent>();
            for (var node = ChainOf(resource).Head.Next; node is not null; node = node.Next)
            {
                if (node.Event!.Revision > revision)
                {
                    events.Add(node.Event);
                }
            }

            events.Reverse();
            return (current(), events);
        }
    }

    // A row leaves the database when the write that superseded it leaves the window, so that is what the window weighs.
    private static long SupersededBytes(StoreEvent e) =>
        (e.Previous?.Utf8.Length ?? 0) + (e.Type == StoreEventType.Deleted ? e.Object.Utf8.Length : 0);

    private Chain ChainOf(string resource)
    {
        if (!_chains.TryGetValue(resource, out var chain))
        {
            var sentinel = new Node(null);
            _chains[resource] = chain = new() { Head = sentinel, Tail = sentinel };
        }

        return chain;
    }

    /// <summary>Head is the last event that left the window (or a sentinel): the first one kept is its Next.</summary>
    private sealed class Chain
    {
        public required Node Head;
        public required Node Tail;
    }

    internal sealed class Node(StoreEvent? e)
    {
        private Node? _next;

        public StoreEvent? Event { get; } = e;

        public TaskCompletionSource<Node> Signal { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Node? Next
        {
            get => Volatile.Read(ref _next);
            set => Volatile.Write(ref _next, value);
        }
    }
}

using System.Threading.Channels;

namespace Inlet.Local.Controllers.Queues;

/// <summary>
/// Keys to be worked on: each at most once at a time and once waiting, however often it is added; one added while it is worked
/// on comes again afterwards. A key that fails comes back after 5 ms, then twice as long each time up to a minute.
/// </summary>
internal sealed class WorkQueue<TKey>(TimeProvider time) : IDisposable where TKey : notnull
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _waiting = [];
    private readonly HashSet<TKey> _working = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly DelayedKeys<TKey> _delayed = new();
    private ITimer? _timer;
    private bool _disposed;

    public void Add(TKey key)
    {
        lock (_gate)
        {
            AddLocked(key);
        }
    }

    /// <summary>Of several delays for one key the shortest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _delayed.Add(key, time.GetUtcNow() + delay);
            ArmTimer();
        }
    }

    public void AddAfterFailure(TKey key)
    {
        int failures;
        lock (_gate)
        {
            failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
        }

        var delay = FirstDelay * Math.Pow(2, Math.Min(failures, 20));
        AddAfter(key, delay < LongestDelay ? delay : LongestDelay);
    }

    /// <summary>The next failure of the key counts as its first.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    /// <param name="workers">How many different keys are worked on at the same time.</param>
    /// <param name="work">Must not throw but for cancellation.</param>
    /// <returns>Ends only by cancellation, with <see cref="OperationCanceledException"/>.</returns>
    public Task RunAsync(int workers, Func<TKey, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(work, cancellationToken)));

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private async Task WorkAsync(Func<TKey, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await foreach (var key in _ready.Reader.ReadAllAsync(cancellationToken))
        {
            lock (_gate)
            {
                _waiting.Remove(key);
                _working.Add(key);
            }

            try
            {
                await work(key, cancellationToken);
            }
            finally
            {
                Done(key);
            }
        }
    }

    private void Done(TKey key)
    {
        lock (_gate)
        {
            _working.Remove(key);
            if (_waiting.Contains(key))
            {
                _ready.Writer.TryWrite(key);
            }
        }
    }

    private void AddLocked(TKey key)
    {
        if (_waiting.Add(key) && !_working.Contains(key))
        {
            _ready.Writer.TryWrite(key);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            foreach (var key in _delayed.TakeDue(time.GetUtcNow()))
            {
                AddLocked(key);
            }

            ArmTimer();
        }
    }

    private void ArmTimer()
    {
        if (_delayed.Next is not { } next)
        {
            return;
        }

        // One timer, for the earliest key only: an idle queue wakes nobody.
        var wait = next - time.GetUtcNow();
        wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : wait > LongestTimer ? LongestTimer : wait + TimeSpan.FromMilliseconds(1);
        _timer ??= time.CreateTimer(static queue => ((WorkQueue<TKey>)queue!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);
}

using System.Threading.Channels;

namespace Inlet.Proxy;

/// <summary>
/// Compares passwords with slow hashes, away from the loops. Few threads and a short queue: whoever floods us with passwords gets
/// 503, and everybody else's requests do not notice.
/// </summary>
internal sealed class PasswordChecks : IAsyncDisposable
{
    private const int LongestQueue = 256;

    private readonly Channel<Check> _queue = Channel.CreateBounded<Check>(LongestQueue);
    private readonly Lazy<Task[]> _workers;
    private volatile bool _stopping;

    public PasswordChecks() => _workers = new Lazy<Task[]>(
        () => [.. Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount / 2)).Select(_ => Task.Factory.StartNew(
            WorkAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())]);

    /// <param name="done">Called from another thread with whether the password is the right one.</param>
    /// <returns>False when there is too much to do.</returns>
    public bool TryStart(string hash, byte[] password, Action<bool> done)
    {
        _ = _workers.Value;
        return _queue.Writer.TryWrite(new Check(hash, password, done));
    }

    public async ValueTask DisposeAsync()
    {
        // What still waits is not worth the time: its clients are about to be cut.
        _stopping = true;
        _queue.Writer.TryComplete();
        if (_workers.IsValueCreated)
        {
            await Task.WhenAll(_workers.Value);
        }
    }

    private async Task WorkAsync()
    {
        await foreach (var check in _queue.Reader.ReadAllAsync())
        {
            var good = false;
            try
            {
                good = !_stopping && PasswordHash.Verify(check.Hash, check.Password);
            }
            catch (Exception)
            {
                // Whatever the hash made of itself: it let nobody in, and the next one is none of its business.
            }

            check.Password.AsSpan().Clear();
            check.Done(good);
        }
    }

    private sealed record Check(string Hash, byte[] Password, Action<bool> Done);
}

using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>Empties the loops' rings into the output: the one place where the access log may wait for a disk or a pipe.</summary>
internal sealed class AccessLogWriter : IAsyncDisposable
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenComplaints = TimeSpan.FromMinutes(1);

    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _failures;
    private DateTimeOffset _nextComplaint;

    public AccessLogWriter(AccessLogOptions options, int loops, TimeProvider time, ILogger logger)
    {
        _output = options.Output;
        _time = time;
        _logger = logger;
        Rings = new LogRing[loops];
        for (var index = 0; index < loops; index++)
        {
            Rings[index] = new LogRing(options.BufferBytes);
        }

        _running = Task.Run(RunAsync);
    }

    public LogRing[] Rings { get; }

    public long Dropped
    {
        get
        {
            var sum = 0L;
            foreach (var ring in Rings)
            {
                sum += ring.Dropped;
            }

            return sum;
        }
    }

    /// <summary>Writes to the output that failed; their lines are lost.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Called by a loop whose ring fills up faster than the rounds come.</summary>
    public void Hurry() => _wake.Release();

    /// <summary>Writes what is left. The loops must have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running.WaitAsync(LastWrites, _time);
            await EmptyAsync().WaitAsync(LastWrites, _time);
        }
        catch (TimeoutException)
        {
            // Nobody reads the pipe any more: what is left is lost rather than the shutdown held up.
            return;
        }

        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await EmptyAsync();
            try
            {
                await _wake.WaitAsync(Round, _stop.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    private async Task EmptyAsync()
    {
        var any = false;
        foreach (var ring in Rings)
        {
            for (var piece = ring.Peek(); !piece.IsEmpty; piece = ring.Peek())
            {
                await TryAsync(_output.WriteAsync(piece));
                ring.Advance(piece.Length);
                any = true;
            }
        }

        if (any)
        {
            await TryAsync(new ValueTask(_output.FlushAsync()));
        }
    }

    private async Task TryAsync(ValueTask work)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _failures);
            var now = _time.GetUtcNow();
            if (now >= _nextComplaint)
            {
                _nextComplaint = now + BetweenComplaints;
                ProxyLog.AccessLogFailed(_logger, error.Message);
            }
        }
    }
}

using Inlet.Local.Controllers.Queues;

namespace Inlet.Local.Tests.Controllers;

public sealed class WorkQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_is_never_worked_on_twice_at_a_time_and_comes_again_when_added_meanwhile()
    {
        using var queue = new WorkQueue<string>(TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var entered = new SemaphoreSlim(0);
        var leave = new SemaphoreSlim(0);
        int working = 0, turns = 0;
        var running = queue.RunAsync(4, async (_, token) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref working));
            Interlocked.Increment(ref turns);
            entered.Release();
            await leave.WaitAsync(token);
            Interlocked.Decrement(ref working);
        }, stop.Token);

        queue.Add("a");
        await entered.WaitAsync(Cancellation);
        queue.Add("a");
        queue.Add("a");
        leave.Release();
        await entered.WaitAsync(Cancellation);
        leave.Release();
        queue.Add("a");
        await entered.WaitAsync(Cancellation);
        Assert.Equal(3, turns);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Delayed_key_comes_at_the_earliest_of_its_times_and_once()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        using var queue = new WorkQueue<string>(time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var came = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var running = queue.RunAsync(1, (key, _) => came.Writer.WriteAsync(key, Cancellation).AsTask(), stop.Token);

        queue.AddAfter("late", TimeSpan.FromSeconds(60));
        queue.AddAfter("a", TimeSpan.FromSeconds(30));
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("a", await came.Reader.ReadAsync(Cancellation));
        time.Advance(TimeSpan.FromSeconds(40));
        queue.Add("now");
        Assert.Equal("now", await came.Reader.ReadAsync(Cancellation));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("late", await came.Reader.ReadAsync(Cancellation));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Failing_key_comes_back_after_longer_and_longer_pauses_until_forgotten()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        using var queue = new WorkQueue<string>(time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var came = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var running = queue.RunAsync(1, (key, _) => came.Writer.WriteAsync(key, Cancellation).AsTask(), stop.Token);

        foreach (var pause in (double[])[5, 10, 20, 40])
        {
            queue.AddAfterFailure("a");
            time.Advance(TimeSpan.FromMilliseconds(pause - 1));
            Assert.False(came.Reader.TryRead(out _));
            time.Advance(TimeSpan.FromMilliseconds(2));
            Assert.Equal("a", await came.Reader.ReadAsync(Cancellation));
        }

        for (var i = 0; i < 30; i++)
        {
            queue.AddAfterFailure("a");
            time.Advance(TimeSpan.FromSeconds(61));
            Assert.Equal("a", await came.Reader.ReadAsync(Cancellation));
        }

        queue.Forget("a");
        queue.AddAfterFailure("a");
        time.Advance(TimeSpan.FromMilliseconds(7));
        Assert.Equal("a", await came.Reader.ReadAsync(Cancellation));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}

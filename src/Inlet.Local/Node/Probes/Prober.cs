namespace Inlet.Local.Node.Probes;

/// <summary>
/// Runs one probe again and again and says when its verdict turns: <c>failureThreshold</c> failures in a row, or
/// <c>successThreshold</c> successes.
/// </summary>
/// <param name="onFailure">Told of each failed run.</param>
internal sealed class Prober(ProbeSpec spec, HandlerTarget target, TimeProvider time, Action<string> onFailure)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Age of a container beyond which it is not expected to come up any moment.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>Nobody is told of a failure that early tries have made good within this time: every server needs a moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs until cancelled. Between regular runs that count, a probe that has not succeeded yet is tried more often without
    /// counting failures: a server up after 200 ms need not wait out a period of 10 s to be told of.
    /// </summary>
    /// <param name="onVerdict">Called with each turn of the verdict, and with every further failure past the threshold.</param>
    public async Task RunAsync(DateTimeOffset containerStarted, bool tryEarly, Action<bool> onVerdict, CancellationToken cancellationToken)
    {
        await DelayAsync(containerStarted + spec.InitialDelay - time.GetUtcNow(), cancellationToken);
        int successes = 0, failures = 0;
        bool? verdict = null;
        while (true)
        {
            var started = time.GetTimestamp();
            var result = await ProbeAsync(cancellationToken);
            var isEarly = tryEarly && verdict is not true && time.GetUtcNow() - containerStarted < Early;
            if (!result.IsSuccess)
            {
                successes = 0;
                if (++failures >= spec.FailureThreshold)
                {
                    verdict = false;
                    onVerdict(false);
                }
            }

            if (!result.IsSuccess && !isEarly)
            {
                onFailure(result.Message);
            }

            if (!result.IsSuccess && isEarly && await TryEarlyAsync(started, result.Message, cancellationToken))
            {
                result = ProbeResult.Success;
            }

            if (result.IsSuccess)
            {
                failures = 0;
                if (++successes >= spec.SuccessThreshold && verdict is not true)
                {
                    verdict = true;
                    onVerdict(true);
                }
            }

            await DelayAsync(spec.Period - time.GetElapsedTime(started), cancellationToken);
        }
    }

    /// <summary>Probes with growing pauses until the next regular run is due.</summary>
    private async Task<bool> TryEarlyAsync(long started, string message, CancellationToken cancellationToken)
    {
        var isTold = false;
        for (var pause = FirstRetry; time.GetElapsedTime(started) + pause < spec.Period; pause *= 1.5)
        {
            await DelayAsync(pause, cancellationToken);
            if ((await ProbeAsync(cancellationToken)).IsSuccess)
            {
                return true;
            }

            if (!isTold && time.GetElapsedTime(started) > Patience)
            {
                isTold = true;
                onFailure(message);
            }
        }

        if (!isTold)
        {
            onFailure(message);
        }

        return false;
    }

    private async Task<ProbeResult> ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(spec.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await Handlers.RunAsync(spec.Handler, target, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Failure($"{Handlers.Describe(spec.Handler, target)}: no answer within {spec.Timeout.TotalSeconds:0} s");
        }
    }

    private Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;
}

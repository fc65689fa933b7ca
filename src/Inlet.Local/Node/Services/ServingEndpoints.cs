using System.Net;

namespace Inlet.Local.Node.Services;

/// <summary>
/// Which addresses EndpointSlices call ready, for who ends a pod: as long as its address is among them, and for a moment after,
/// new requests are on their way to it.
/// </summary>
internal sealed class ServingEndpoints(TimeProvider time)
{
    /// <summary>What watchers of the API, proxies among them, are given to take up a change.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Slices that are not updated by then will not be.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Guards the three fields below.
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, long> _left = [];
    private IReadOnlySet<IPAddress> _ready = new HashSet<IPAddress>();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Contains(IPAddress address)
    {
        lock (_lock)
        {
            return _ready.Contains(address);
        }
    }

    public void Publish(IReadOnlySet<IPAddress> ready)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            foreach (var old in _left.Where(l => time.GetElapsedTime(l.Value) > Settling).Select(static l => l.Key).ToList())
            {
                _left.Remove(old);
            }

            foreach (var address in _ready.Where(address => !ready.Contains(address)))
            {
                _left[address] = time.GetTimestamp();
            }

            _ready = ready;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>
    /// Returns when nobody new will be sent to the address any more; at once when no Service did lately, and in any case within
    /// half the grace period.
    /// </summary>
    /// <returns>Never fails: cancelled, it returns.</returns>
    public async Task DrainAsync(IPAddress address, TimeSpan grace, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(grace / 2 < Longest ? grace / 2 : Longest);
        try
        {
            while (Look(address) is { } look)
            {
                await (look.Changed ?? Task.Delay(look.Wait, time, limit.Token)).WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <returns>Null when it is over; else what to wait for.</returns>
    private (Task? Changed, TimeSpan Wait)? Look(IPAddress address)
    {
        lock (_lock)
        {
            if (_ready.Contains(address))
            {
                return (_changed.Task, TimeSpan.Zero);
            }

            return _left.TryGetValue(address, out var since) && Settling - time.GetElapsedTime(since) is { Ticks: > 0 } left ? (null, left) : null;
        }
    }
}

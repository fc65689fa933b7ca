namespace Inlet.Kubernetes;

/// <summary>
/// Waits between failures: doubling, capped, and with jitter so that a hundred watchers of a server that comes back do
/// not all knock in the same millisecond.
/// </summary>
internal sealed class Backoff(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private TimeSpan _next = First;

    public void Reset() => _next = First;

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = _next * (0.5 + (random.NextDouble() / 2));
        _next = _next * 2 > Longest ? Longest : _next * 2;
        return Task.Delay(wait, time, cancellationToken);
    }
}

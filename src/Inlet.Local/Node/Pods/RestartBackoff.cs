namespace Inlet.Local.Node.Pods;

/// <summary>
/// How long a container that ended waits before it is started again: not at all the first time, then 10 seconds, doubling to
/// 5 minutes; forgotten after 10 minutes without a restart (Kubernetes, "Container restart policy").
/// </summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private TimeSpan _wait = TimeSpan.Zero;
    private bool _hasRun;
    private DateTimeOffset _lastRestart;

    /// <summary>The wait in force; zero when there is none.</summary>
    public TimeSpan Wait => _wait;

    /// <summary>When a container that ended at <paramref name="finishedAt"/> may start again.</summary>
    public DateTimeOffset Due(DateTimeOffset finishedAt)
    {
        if (finishedAt - _lastRestart > Forgotten)
        {
            _wait = TimeSpan.Zero;
        }

        return finishedAt + _wait;
    }

    /// <summary>An instance has been started, or tried to.</summary>
    public void Started(DateTimeOffset now)
    {
        if (_hasRun)
        {
            _wait = _wait == TimeSpan.Zero ? First : _wait * 2 > Longest ? Longest : _wait * 2;
        }

        _hasRun = true;
        _lastRestart = now;
    }
}

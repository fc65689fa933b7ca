namespace Inlet.Cli.Up;

/// <summary>
/// Which warnings were told lately: a probe that fails every second repeats its Event every second, and would push what
/// matters off the screen. Not safe for use by several threads at once.
/// </summary>
internal sealed class RepeatedWarnings(TimeProvider time)
{
    /// <summary>Long enough to keep the screen, short enough to see that it still goes on.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(string About, string Reason, string Message), long> _told = [];

    /// <summary>Whether the same was not told within <see cref="Quiet"/>; from now on it was.</summary>
    public bool IsNews(string about, string reason, string message)
    {
        ForgetOld();
        return _told.TryAdd((about, reason, message), time.GetTimestamp());
    }

    private void ForgetOld()
    {
        foreach (var (warning, when) in _told)
        {
            if (time.GetElapsedTime(when) >= Quiet)
            {
                _told.Remove(warning);
            }
        }
    }
}

namespace Inlet.Model;

/// <summary>
/// When an endpoint that fails requests is left out for a while. The last endpoint of a backend is never left out. A failure is
/// a refused or timed out connect, an answer that does not come, ends early or is no HTTP.
/// </summary>
/// <param name="MaxFailures">Failures in a row that eject; 0 turns ejection off.</param>
/// <param name="EjectFor">The first ejection's length; each further one in a row doubles it.</param>
/// <param name="MaxEjectFor">What the doubling ends at.</param>
public sealed record PassiveHealthPolicy(int MaxFailures, TimeSpan EjectFor, TimeSpan MaxEjectFor)
{
    public static PassiveHealthPolicy Default { get; } = new(5, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));

    /// <summary>Answers from 500 on count as failures too (except 501).</summary>
    public bool CountServerErrors { get; init; }
}

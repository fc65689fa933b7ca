namespace Inlet.Local.Tests.Harness;

/// <summary>A clock that stands still until told. Timers are not its business.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}

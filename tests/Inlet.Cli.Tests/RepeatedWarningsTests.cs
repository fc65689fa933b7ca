using Inlet.Cli.Up;

namespace Inlet.Cli.Tests;

public sealed class RepeatedWarningsTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void Warning_that_repeats_is_told_once_and_again_after_a_while()
    {
        var warnings = new RepeatedWarnings(_clock);

        Assert.True(warnings.IsNews("Pod default/x", "Unhealthy", "refused"));
        _clock.Elapsed = RepeatedWarnings.Quiet - TimeSpan.FromSeconds(1);
        Assert.False(warnings.IsNews("Pod default/x", "Unhealthy", "refused"));
        _clock.Elapsed = RepeatedWarnings.Quiet;
        Assert.True(warnings.IsNews("Pod default/x", "Unhealthy", "refused"));
    }

    [Fact]
    public void Warning_about_another_object_or_of_another_kind_is_told()
    {
        var warnings = new RepeatedWarnings(_clock);

        Assert.True(warnings.IsNews("Pod default/x", "Unhealthy", "refused"));
        Assert.True(warnings.IsNews("Pod default/y", "Unhealthy", "refused"));
        Assert.True(warnings.IsNews("Pod default/x", "Unhealthy", "timed out"));
        Assert.True(warnings.IsNews("Pod default/x", "BackOff", "refused"));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}

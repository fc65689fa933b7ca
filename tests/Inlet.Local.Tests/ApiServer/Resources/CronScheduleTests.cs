using System.Globalization;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Resources;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("*/15 * * * *", "2026-03-02T12:00:30Z", "2026-03-02T12:15:00Z")]
    [InlineData("0 0 1 1 *", "2026-03-02T12:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("30 9-17/4 * * mon-fri", "2026-03-06T17:31:00Z", "2026-03-09T09:30:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("5/20 * * * *", "2026-03-02T12:06:00Z", "2026-03-02T12:25:00Z")]
    [InlineData("0 12 ? JAN,MAR *", "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z")]
    [InlineData("@hourly", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z")]
    [InlineData("@weekly", "2026-03-02T12:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-02T12:00:00Z", "2026-03-02T13:30:00Z")]
    public void Next_time_is_the_first_that_matches(string schedule, string after, string expected) =>
        Assert.Equal(Time(expected), Parse(schedule).Next(Time(after), TimeZoneInfo.Utc));

    [Fact]
    public void Schedule_without_a_date_has_no_next_time() => Assert.Null(Parse("0 0 30 2 *").Next(Time("2026-01-01T00:00:00Z"), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")] // 29 March has no 02:30 in Berlin.
    [InlineData("0 4 * * *", "2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z")]
    [InlineData("0 4 * * *", "2026-10-24T12:00:00Z", "2026-10-25T03:00:00Z")]
    public void Time_zone_decides_what_the_fields_mean(string schedule, string after, string expected) =>
        Assert.Equal(Time(expected), Parse(schedule).Next(Time(after), CronSchedule.FindTimeZone("Europe/Berlin")!));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * * 7")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("@often")]
    [InlineData("@every 1x")]
    [InlineData("@every 10")]
    public void Text_that_is_no_schedule_is_refused_with_a_reason(string text)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    private static CronSchedule Parse(string text) => CronSchedule.TryParse(text, out var schedule, out var problem) ? schedule! : throw new FormatException(problem);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

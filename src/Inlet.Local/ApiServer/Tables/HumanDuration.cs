using System.Globalization;

namespace Inlet.Local.ApiServer.Tables;

/// <summary>Ages as kubectl prints them: <c>5s</c>, <c>3m20s</c>, <c>45m</c>, <c>5h12m</c>, <c>20h</c>, <c>3d4h</c>, <c>12d</c>, <c>2y45d</c>.</summary>
internal static class HumanDuration
{
    /// <param name="since">Null prints <c>&lt;unknown&gt;</c>.</param>
    public static string Age(DateTimeOffset? since, DateTimeOffset now) => since is { } start ? Format(now - start) : "<unknown>";

    public static string Format(TimeSpan duration)
    {
        var seconds = (long)Math.Truncate(duration.TotalSeconds);
        // Clocks differ: a little in the future is now.
        if (seconds < -1)
        {
            return "<invalid>";
        }

        if (seconds < 0)
        {
            return "0s";
        }

        long minutes = seconds / 60, hours = seconds / 3600, days = hours / 24;
        return hours switch
        {
            _ when seconds < 120 => $"{N(seconds)}s",
            _ when minutes < 10 => Two(minutes, "m", seconds % 60, "s"),
            _ when minutes < 180 => $"{N(minutes)}m",
            < 8 => Two(hours, "h", minutes % 60, "m"),
            < 48 => $"{N(hours)}h",
            < 192 => Two(days, "d", hours % 24, "h"),
            < 24 * 365 * 2 => $"{N(days)}d",
            < 24 * 365 * 8 => Two(days / 365, "y", days % 365, "d"),
            _ => $"{N(days / 365)}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{N(large)}{largeUnit}" : $"{N(large)}{largeUnit}{N(small)}{smallUnit}";

    private static string N(long value) => value.ToString(CultureInfo.InvariantCulture);
}

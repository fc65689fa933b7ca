using System.Globalization;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// A CronJob's <c>schedule</c>: five fields (minute, hour, day of month, month, day of week), or <c>@hourly</c> and its like, or
/// <c>@every</c> with a duration. Kubernetes' rules: when both kinds of day are restricted, either may match; 7 is no day.
/// </summary>
public sealed class CronSchedule
{
    /// <summary>After so long without a match there is none (the 30th of February).</summary>
    private const int LongestSearchYears = 5;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly Dictionary<string, string> Named = new()
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly record struct Field(ulong Bits, bool IsAny)
    {
        public bool Has(int value) => (Bits >> value & 1) == 1;
    }

    private readonly Field _minutes;
    private readonly Field _hours;
    private readonly Field _daysOfMonth;
    private readonly Field _months;
    private readonly Field _daysOfWeek;
    private readonly TimeSpan? _every;

    private CronSchedule(TimeSpan every) => _every = every;

    private CronSchedule(IReadOnlyList<Field> fields) =>
        (_minutes, _hours, _daysOfMonth, _months, _daysOfWeek) = (fields[0], fields[1], fields[2], fields[3], fields[4]);

    /// <param name="problem">What is wrong, for the user; empty on success.</param>
    public static bool TryParse(string text, out CronSchedule? schedule, out string problem)
    {
        try
        {
            schedule = Parse(text.Trim());
            problem = "";
            return true;
        }
        catch (FormatException exception)
        {
            schedule = null;
            problem = exception.Message;
            return false;
        }
    }

    /// <summary>The zone of an IANA name, or null. <c>Local</c> is none: it would mean another time on another machine.</summary>
    public static TimeZoneInfo? FindTimeZone(string? name) =>
        !string.IsNullOrEmpty(name) && !name.Equals("Local", StringComparison.OrdinalIgnoreCase) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? zone
            : null;

    /// <summary>The first time after <paramref name="after"/>, in whole seconds; null when there is none in the next five years.</summary>
    /// <param name="zone">Whose clock the fields speak of. Times the clock leaps over in spring do not come.</param>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (_every is { } every)
        {
            var next = after + every;
            return next.AddTicks(-(next.Ticks % TimeSpan.TicksPerSecond));
        }

        var time = after.ToUniversalTime();
        time = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMinute)).AddMinutes(1);
        for (var end = time.AddYears(LongestSearchYears); time < end;)
        {
            var local = TimeZoneInfo.ConvertTime(time, zone);
            if (!_months.Has(local.Month) || !MatchesDay(local) || !_hours.Has(local.Hour))
            {
                // To the next full hour of that clock; time goes on evenly here, whatever the clock does.
                time = time.AddMinutes(60 - local.Minute);
            }
            else if (!_minutes.Has(local.Minute))
            {
                time = time.AddMinutes(1);
            }
            else
            {
                return time;
            }
        }

        return null;
    }

    private bool MatchesDay(DateTimeOffset local)
    {
        var (month, week) = (_daysOfMonth.Has(local.Day), _daysOfWeek.Has((int)local.DayOfWeek));
        return _daysOfMonth.IsAny || _daysOfWeek.IsAny ? month && week : month || week;
    }

    private static CronSchedule Parse(string text)
    {
        if (text.StartsWith("@every ", StringComparison.Ordinal))
        {
            return new CronSchedule(Duration(text["@every ".Length..]));
        }

        if (text.StartsWith('@'))
        {
            text = Named.TryGetValue(text, out var spelled) ? spelled : throw new FormatException($"unrecognized descriptor: {text}");
        }

        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 5
            ? new CronSchedule(
            [
                ParseField(parts[0], 0, 59, []), ParseField(parts[1], 0, 23, []), ParseField(parts[2], 1, 31, []),
                ParseField(parts[3], 1, 12, Months), ParseField(parts[4], 0, 6, Days),
            ])
            : throw new FormatException($"expected exactly 5 fields, found {parts.Length}: {text}");
    }

    private static Field ParseField(string text, int low, int high, string[] names)
    {
        var field = new Field(0, false);
        foreach (var part in text.Split(','))
        {
            var one = ParsePart(part, low, high, names);
            field = new Field(field.Bits | one.Bits, field.IsAny || one.IsAny);
        }

        return field;
    }

    /// <summary><c>*</c>, <c>?</c>, <c>n</c>, <c>n-m</c>, and each with <c>/step</c>.</summary>
    private static Field ParsePart(string text, int low, int high, string[] names)
    {
        var (range, step) = text.Split('/') switch
        {
            [var only] => (only, 1),
            [var r, var s] => (r, Number(s, text)),
            _ => throw new FormatException($"too many slashes: {text}"),
        };
        if (step == 0)
        {
            throw new FormatException($"step of range should be a positive number: {text}");
        }

        var isAny = range is "*" or "?";
        var ends = range.Split('-');
        if (ends.Length > 2)
        {
            throw new FormatException($"too many hyphens: {text}");
        }

        var from = isAny ? low : Value(ends[0], low, names, text);
        // A single number with a step counts from there to the end.
        var to = isAny || (ends.Length == 1 && text.Contains('/', StringComparison.Ordinal)) ? high : ends.Length == 1 ? from : Value(ends[1], low, names, text);
        if (from < low || to > high || from > to)
        {
            throw new FormatException($"value out of range ({low}-{high}): {text}");
        }

        var bits = 0UL;
        for (var value = from; value <= to; value += step)
        {
            bits |= 1UL << value;
        }

        return new Field(bits, isAny && step == 1);
    }

    private static int Value(string text, int low, string[] names, string whole) =>
        Array.IndexOf(names, text.ToLowerInvariant()) is >= 0 and var index ? index + low : Number(text, whole);

    private static int Number(string text, string whole) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"failed to parse int from {text}: {whole}");

    /// <summary>Go's spelling of durations, at least a second: <c>1h30m</c>, <c>90s</c>.</summary>
    private static TimeSpan Duration(string text)
    {
        var total = TimeSpan.Zero;
        var number = "";
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || c == '.')
            {
                number += c;
                continue;
            }

            var unit = c switch { 'h' => TimeSpan.FromHours(1), 'm' => TimeSpan.FromMinutes(1), 's' => TimeSpan.FromSeconds(1), _ => TimeSpan.Zero };
            if (unit == TimeSpan.Zero || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            {
                throw new FormatException($"failed to parse duration @every {text}");
            }

            total += unit * count;
            number = "";
        }

        return number.Length == 0 && total >= TimeSpan.FromSeconds(1) ? total : throw new FormatException($"failed to parse duration @every {text}");
    }
}

using System.Globalization;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary><c>200 202 10m, 401 5s</c>: statuses, then a time; a time alone is for 200, 301 and 302, as nginx has it.</summary>
internal static class CacheDurations
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private static readonly int[] WithoutStatus = [200, 301, 302];

    /// <returns>Null when it is none.</returns>
    public static List<CachedStatus>? Read(string text)
    {
        var all = new List<CachedStatus>();
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = item.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var statuses = new List<int>();
            foreach (var word in words[..^1])
            {
                if (word != "any" && !(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 599))
                {
                    return null;
                }

                statuses.Add(word == "any" ? 0 : int.Parse(word, CultureInfo.InvariantCulture));
            }

            if (Time(words[^1]) is not { } time || time > Longest)
            {
                return null;
            }

            all.AddRange((statuses.Count == 0 ? WithoutStatus : [.. statuses]).Select(status => new CachedStatus(status, time)));
        }

        return all.Count == 0 ? null : all;
    }

    private static TimeSpan? Time(string word)
    {
        var digits = word.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var number = digits < 0 ? word : word[..digits];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }

        double? unit = (digits < 0 ? "s" : word[digits..]) switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            "M" => 30 * 86_400,
            "y" => 365 * 86_400,
            _ => null,
        };
        return unit is null || count * unit > Longest.TotalSeconds ? null : TimeSpan.FromSeconds(count * unit.Value);
    }
}

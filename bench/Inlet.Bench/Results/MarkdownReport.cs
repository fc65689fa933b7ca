using System.Globalization;
using System.Text;

namespace Inlet.Bench.Results;

/// <summary>A result as the table that is printed and kept.</summary>
internal static class MarkdownReport
{
    private static readonly string[] Percentiles = ["p50", "p90", "p99", "p999", "max"];

    public static string Write(CaseResult result)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {result.Case}: {result.Title}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{result.MeasuredAt:yyyy-MM-dd HH:mm}Z, {result.Samples.Max(static sample => sample.Round) + 1} interleaved rounds. ");
        text.Append("Value and ratio: median (lowest–highest); a ratio is taken within each round.\n\n");
        var latency = result.Samples.Any(static sample => sample.LatencyMicroseconds is not null);
        text.Append(CultureInfo.InvariantCulture, $"| | {result.Unit} | ÷ {result.Baseline} | requests/s | RSS MiB |{(latency ? " p50 / p90 / p99 / p99.9 / max µs |" : "")}\n");
        text.Append(latency ? "|---|---|---|---|---|---|\n" : "|---|---|---|---|---|\n");
        foreach (var row in result.Rows.Keys)
        {
            AppendRow(text, result, row, latency);
        }

        AppendBudgets(text, result);
        AppendNotes(text, result);
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, CaseResult result, string row, bool latency)
    {
        var samples = result.Of(row).ToList();
        var rate = Spread.Of(samples.Where(static sample => sample.Seconds is not null).Select(static sample => sample.Requests / sample.Seconds!.Value)).Median;
        var rss = Spread.Of(samples.Select(static sample => sample.RssBytes / 1048576.0)).Median;
        text.Append(CultureInfo.InvariantCulture,
            $"| {row} | {result.Values(row).ToText()} | {result.Ratio(row, result.Baseline).ToText(2)} | {(double.IsNaN(rate) ? "–" : rate.ToString("F0", CultureInfo.InvariantCulture))} | {rss:F0} |");
        if (latency)
        {
            var medians = Percentiles.Select(name => Spread.Of(samples.Select(sample => sample.LatencyMicroseconds![name])).Median.ToString("F0", CultureInfo.InvariantCulture));
            text.Append(CultureInfo.InvariantCulture, $" {string.Join(" / ", medians)} |");
        }

        text.Append('\n');
    }

    private static void AppendBudgets(StringBuilder text, CaseResult result)
    {
        text.Append('\n');
        foreach (var budget in result.Budgets)
        {
            var ratio = result.Ratio(budget.Row, budget.Against);
            if (!double.IsNaN(ratio.Median))
            {
                var verdict = ratio.Median <= budget.Limit ? "met" : budget.IsStretch ? "not reached" : "MISSED";
                text.Append(CultureInfo.InvariantCulture,
                    $"- {budget.Row} ÷ {budget.Against}: {ratio.ToText(2)}, {(budget.IsStretch ? "stretch goal" : "budget")} ≤ {budget.Limit:F2}: {verdict}\n");
            }
        }
    }

    private static void AppendNotes(StringBuilder text, CaseResult result)
    {
        foreach (var note in result.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        }

        var spreads = result.Samples.Where(static sample => sample.LoopSpread is not null).GroupBy(static sample => sample.Row);
        foreach (var row in spreads)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {row.Key}: busiest and idlest loop differ by {Spread.Of(row.Select(static sample => sample.LoopSpread!.Value)).Median:P0} of their mean\n");
        }

        var others = Spread.Of(result.Samples.Select(static sample => sample.Disturbance));
        text.Append(CultureInfo.InvariantCulture, $"- machine: {result.Machine["cpu"]}, {result.Machine["cores"]} cores, {result.Machine["system"]}, Linux {result.Machine["kernel"]}; others used {others.Median:P0} of a core meanwhile ({others.Min:P0}–{others.Max:P0})\n");
        text.Append(CultureInfo.InvariantCulture, $"- versions: {string.Join("; ", result.Rows.Select(static row => $"{row.Key}: {row.Value}"))}\n");
    }
}

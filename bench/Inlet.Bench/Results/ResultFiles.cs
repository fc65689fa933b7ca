using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Bench.Results;

/// <summary>Keeps a result as <c>DATE-CASE.json</c> (every sample) and <c>.md</c> (the table).</summary>
internal static class ResultFiles
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string directory, CaseResult result)
    {
        Directory.CreateDirectory(directory);
        var name = string.Create(CultureInfo.InvariantCulture, $"{result.MeasuredAt:yyyy-MM-dd}-{result.Case}");
        File.WriteAllText(Path.Combine(directory, name + ".md"), MarkdownReport.Write(result));
        File.WriteAllText(Path.Combine(directory, name + ".json"), ToJson(result).ToJsonString(Indented) + "\n");
    }

    private static JsonObject ToJson(CaseResult result) => new()
    {
        ["case"] = result.Case,
        ["title"] = result.Title,
        ["unit"] = result.Unit,
        ["baseline"] = result.Baseline,
        ["measuredAt"] = result.MeasuredAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["machine"] = result.Machine.DeepClone(),
        ["rows"] = new JsonArray([.. result.Rows.Select(row => RowToJson(result, row.Key, row.Value))]),
        ["samples"] = new JsonArray([.. result.Samples.Select(ToJson)]),
        ["notes"] = new JsonArray([.. result.Notes.Select(static note => JsonValue.Create(note))]),
    };

    private static JsonObject RowToJson(CaseResult result, string row, string version) => new()
    {
        ["row"] = row,
        ["version"] = version,
        ["value"] = ToJson(result.Values(row)),
        ["ratio"] = ToJson(result.Ratio(row, result.Baseline)),
    };

    private static JsonObject? ToJson(Spread spread) => double.IsNaN(spread.Median) ? null : new()
    {
        ["median"] = Math.Round(spread.Median, 4),
        ["min"] = Math.Round(spread.Min, 4),
        ["max"] = Math.Round(spread.Max, 4),
    };

    private static JsonObject ToJson(Sample sample)
    {
        var json = new JsonObject
        {
            ["row"] = sample.Row,
            ["round"] = sample.Round,
            ["value"] = Math.Round(sample.Value, 4),
            ["requests"] = sample.Requests,
            ["seconds"] = sample.Seconds is { } seconds ? Math.Round(seconds, 3) : null,
            ["cpuSeconds"] = Math.Round(sample.CpuSeconds, 3),
            ["rssBytes"] = sample.RssBytes,
            ["disturbance"] = Math.Round(sample.Disturbance, 3),
        };
        if (sample.LatencyMicroseconds is { } latency)
        {
            json["latencyMicroseconds"] = new JsonObject(latency.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
        }

        if (sample.LoopSpread is { } spread)
        {
            json["loopSpread"] = Math.Round(spread, 3);
        }

        return json;
    }
}

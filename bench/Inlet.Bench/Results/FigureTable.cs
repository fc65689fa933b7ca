using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Results;

/// <summary>Figures as a table that is printed, and kept as <c>DATE-NAME.md</c> and <c>.json</c>.</summary>
internal sealed record FigureTable(string Name, string Title, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes)
{
    public void Write(string directory, DateTimeOffset measuredAt)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{measuredAt:yyyy-MM-dd}-{Name}"));
        File.WriteAllText(file + ".md", ToMarkdown(measuredAt));
        File.WriteAllText(file + ".json", ToJson(measuredAt).ToJsonString(ResultFiles.Indented) + "\n");
    }

    public string ToMarkdown(DateTimeOffset measuredAt)
    {
        var text = new StringBuilder();
        var machine = HostFacts.Describe();
        text.Append(CultureInfo.InvariantCulture, $"# {Name}: {Title}\n\n{measuredAt:yyyy-MM-dd HH:mm}Z. Median (lowest–highest).\n\n");
        text.Append("| | measured | budget | |\n|---|---|---|---|\n");
        foreach (var figure in Figures)
        {
            var spread = Spread.Of(figure.Values);
            text.Append(CultureInfo.InvariantCulture,
                $"| {figure.Name} | {spread.ToText()} {figure.Unit}, n={figure.Values.Count} | {(figure.Limit is { } limit ? $"≤ {limit} {figure.Unit}" : "")} | {Verdict(figure, spread)} |\n");
        }

        text.Append('\n');
        foreach (var note in Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"- machine: {machine["cpu"]}, {machine["cores"]} cores, {machine["system"]}, Linux {machine["kernel"]}\n");
        return text.ToString();
    }

    private JsonObject ToJson(DateTimeOffset measuredAt) => new()
    {
        ["name"] = Name,
        ["title"] = Title,
        ["measuredAt"] = measuredAt.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["machine"] = HostFacts.Describe(),
        ["figures"] = new JsonArray([.. Figures.Select(static figure => new JsonObject
        {
            ["name"] = figure.Name,
            ["unit"] = figure.Unit,
            ["median"] = Math.Round(Spread.Of(figure.Values).Median, 4),
            ["limit"] = figure.Limit,
            ["values"] = new JsonArray([.. figure.Values.Select(static value => JsonValue.Create(Math.Round(value, 4)))]),
        })]),
        ["notes"] = new JsonArray([.. Notes.Select(static note => JsonValue.Create(note))]),
    };

    private static string Verdict(Figure figure, Spread spread) => figure.Limit is { } limit ? spread.Median <= limit ? "met" : "MISSED" : "";
}

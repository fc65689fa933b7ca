using System.Reflection;
using System.Text.Json.Nodes;
using Inlet.Controller;

namespace Inlet.Cli.Lint;

/// <summary>SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a change.</summary>
internal static class LintSarif
{
    public static JsonObject Of(LintReport report) => new()
    {
        ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
        ["version"] = "2.1.0",
        ["runs"] = new JsonArray(new JsonObject
        {
            ["tool"] = new JsonObject
            {
                ["driver"] = new JsonObject
                {
                    ["name"] = "inlet lint",
                    ["version"] = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "",
                    ["rules"] = new JsonArray([.. report.Findings.Select(static finding => finding.Code).Distinct().Order(StringComparer.Ordinal)
                        .Select(static code => (JsonNode)new JsonObject { ["id"] = code })]),
                },
            },
            ["results"] = new JsonArray([.. report.Findings.Select(static finding => (JsonNode)Result(finding))]),
        }),
    };

    private static JsonObject Result(Finding finding)
    {
        var location = new JsonObject
        {
            ["logicalLocations"] = new JsonArray(new JsonObject
            {
                ["fullyQualifiedName"] = $"{finding.Object}{(finding.Field.Length > 0 ? $" {finding.Field}" : "")}",
            }),
        };
        if (finding.File is { } file)
        {
            location["physicalLocation"] = new JsonObject
            {
                ["artifactLocation"] = new JsonObject { ["uri"] = file.Replace('\\', '/') },
                ["region"] = new JsonObject { ["startLine"] = finding.Line, ["startColumn"] = finding.Column },
            };
        }

        return new JsonObject
        {
            ["ruleId"] = finding.Code,
            ["level"] = finding.Level.ToString().ToLowerInvariant(),
            ["message"] = new JsonObject { ["text"] = finding.Message },
            ["locations"] = new JsonArray(location),
        };
    }
}

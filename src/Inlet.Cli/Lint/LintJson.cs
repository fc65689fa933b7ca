using System.Text.Json.Nodes;
using Inlet.Controller;

namespace Inlet.Cli.Lint;

/// <summary>For programs.</summary>
internal static class LintJson
{
    public static JsonObject Of(LintReport report) => new()
    {
        ["findings"] = new JsonArray([.. report.Findings.Select(static finding => (JsonNode)Of(finding))]),
        ["summary"] = new JsonObject
        {
            ["errors"] = report.Count(FindingLevel.Error),
            ["warnings"] = report.Count(FindingLevel.Warning),
            ["notes"] = report.Count(FindingLevel.Note),
            ["files"] = report.Files,
            ["ingresses"] = new JsonObject(report.Ingresses.Select(static pair => KeyValuePair.Create(pair.Key.Length == 0 ? "other" : pair.Key, (JsonNode?)pair.Value))),
            ["annotations"] = new JsonArray([.. report.Annotations.Select(static use => (JsonNode)new JsonObject
            {
                ["name"] = use.Name, ["status"] = use.Status, ["ingresses"] = use.Ingresses,
            })]),
            ["notChecked"] = Strings(report.NotChecked),
        },
        ["problems"] = Strings(report.Problems),
    };

    private static JsonObject Of(Finding finding)
    {
        var json = new JsonObject
        {
            ["level"] = finding.Level.ToString().ToLowerInvariant(),
            ["code"] = finding.Code,
            ["class"] = finding.Class,
            ["kind"] = finding.Object.Kind,
            ["namespace"] = finding.Object.Namespace,
            ["name"] = finding.Object.Name,
            ["field"] = finding.Field,
            ["message"] = finding.Message,
        };
        if (finding.File is { } file)
        {
            json["file"] = file;
            json["line"] = finding.Line;
            json["column"] = finding.Column;
        }

        return json;
    }

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);
}

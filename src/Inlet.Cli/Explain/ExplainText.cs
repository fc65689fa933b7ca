using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Cli.Explain;

/// <summary>An explanation as a tree, for people.</summary>
internal static class ExplainText
{
    public static void Write(JsonObject explanation, TextWriter output)
    {
        var request = explanation.Object("request");
        output.WriteLine($"{request.String("method")} {request.String("scheme")}://{request.String("host")}{request.String("target")}, from {request.String("client")}");
        var sections = new List<(string Title, List<string> Lines)>();
        Add(sections, Host(explanation), []);
        Add(sections, Path(explanation), [.. explanation.Objects("candidates").Select(Candidate)]);
        Add(sections, Route(explanation), []);
        Add(sections, "Phases", [.. explanation.Objects("phases").Select(static phase => $"{phase.String("name")}: {phase.String("does")}{(phase.Boolean("decides") == true ? "  ◄ decides" : "")}")]);
        if (explanation.Object("canary") is { } canary)
        {
            Add(sections, $"Canary: {canary.String("decision")}", [.. Shares(canary)]);
        }

        Add(sections, Backend(explanation), [.. Strings(explanation, "endpoints"), .. Strings(explanation, "draining").Select(static one => $"{one} (draining)")]);
        Add(sections, Outcome(explanation), explanation.Object("upstream") is { } upstream
            ? [upstream.String("request") ?? "", .. Strings(upstream, "headers")] : [.. Strings(explanation.Object("outcome"), "headers")]);
        Add(sections, "Verdicts about the Ingress", [.. explanation.Objects("verdicts").Select(static verdict => $"{verdict.String("outcome")}: {verdict.String("message")}")]);
        Add(sections, "Not known", Strings(explanation, "notes"));
        WriteTree(sections.Where(static section => section.Lines.Count > 0 || section.Title.Contains(':', StringComparison.Ordinal)).ToList(), output);
    }

    private static void WriteTree(List<(string Title, List<string> Lines)> sections, TextWriter output)
    {
        for (var index = 0; index < sections.Count; index++)
        {
            var isLast = index == sections.Count - 1;
            output.WriteLine($"{(isLast ? "└─" : "├─")} {sections[index].Title}");
            var lines = sections[index].Lines;
            for (var line = 0; line < lines.Count; line++)
            {
                output.WriteLine($"{(isLast ? "  " : "│ ")} {(line == lines.Count - 1 ? "└─" : "├─")} {lines[line]}");
            }
        }
    }

    private static string Host(JsonObject explanation) => explanation.Object("host").String("matched") switch
    {
        null => "Host: no rule has this host, no wildcard covers it, and there is none for every host",
        "" => "Host: no rule has this host; the rules without a host take it",
        var matched when matched == explanation.Object("host").String("asked") => $"Host: {matched}",
        var matched => $"Host: {explanation.Object("host").String("asked")} is {matched}",
    };

    private static string Path(JsonObject explanation)
    {
        var (asked, canonical) = (explanation.Object("path").String("asked"), explanation.Object("path").String("canonical"));
        return canonical is null ? $"Path: {asked} climbs above the root and is refused"
            : asked == canonical ? $"Path: {asked}" : $"Path: {asked}, matched as {canonical}";
    }

    private static string Candidate(JsonObject candidate) =>
        $"{(candidate.Boolean("wins") == true ? "✓" : "✗")} {candidate.String("kind")} {candidate.String("path")} of {candidate.String("ingress")}: {candidate.String("reason")}";

    private static string Route(JsonObject explanation) => explanation.Object("route") is { } route
        ? $"Route: {route.String("kind")} {route.String("path")} of {route.String("ingress")}" : "Route: none";

    private static IEnumerable<string> Shares(JsonObject canary)
    {
        yield return $"{canary.String("main")}: what the canaries leave";
        foreach (var one in canary.Objects("canaries"))
        {
            var conditions = new[] { one.String("header") is { } header ? $"header {header}" : null, one.String("cookie") is { } cookie ? $"cookie {cookie} = always or never" : null }
                .Where(static condition => condition is not null);
            yield return $"{one.String("backend")} of {one.String("ingress")}: {string.Join(", ", conditions.Append($"weight {one.Integer("weight")} of {one.Integer("of")}"))}";
        }
    }

    private static string Backend(JsonObject explanation) => explanation.String("backend") is { } backend
        ? $"Backend: {backend}, balanced by {explanation.String("balancing")}" : "Backend: none";

    private static string Outcome(JsonObject explanation)
    {
        var outcome = explanation.Object("outcome");
        return outcome.Boolean("forwarded") == true ? "Outcome: forwarded; the endpoint gets"
            : outcome.Integer("status") is { } status ? $"Outcome: {status} ({outcome.String("failure") ?? "answered here"})" : "Outcome: the connection is closed without an answer";
    }

    private static void Add(List<(string, List<string>)> sections, string title, List<string> lines) => sections.Add((title, lines));

    private static List<string> Strings(JsonObject? obj, string key) => [.. obj.Array(key)?.Select(static node => node?.ToString() ?? "") ?? []];
}

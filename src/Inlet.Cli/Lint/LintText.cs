using Inlet.Controller;

namespace Inlet.Cli.Lint;

/// <summary>For people: a line per finding that editors and terminals can jump to, then a summary.</summary>
internal static class LintText
{
    private static readonly string[] Statuses = ["implemented", "differs", "refused", "not yet", "unknown"];

    public static void Write(LintReport report, TextWriter output)
    {
        foreach (var finding in report.Findings)
        {
            var place = finding.File is { } file ? $"{file}:{finding.Line}:{finding.Column}: " : "";
            // What is said of an annotation begins with its key.
            var isSaid = finding.Field.Length == 0 || finding.Field.EndsWith($"[{finding.Message.Split(' ')[0].TrimEnd(':')}]", StringComparison.Ordinal);
            var field = isSaid ? "" : $" {finding.Field}";
            output.WriteLine($"{place}{finding.Level.ToString().ToLowerInvariant()}: {finding.Object}{field}: {finding.Message} [{finding.Code}]");
        }

        if (report.Findings.Count > 0)
        {
            output.WriteLine();
        }

        output.WriteLine(Ingresses(report));
        foreach (var status in Statuses)
        {
            var uses = report.Annotations.Where(use => use.Status == status).ToList();
            if (uses.Count > 0)
            {
                output.WriteLine($"Annotations, {status}: {string.Join(", ", uses.Select(static use => $"{use.Name} ({use.Ingresses})"))}");
            }
        }

        foreach (var sentence in report.NotChecked)
        {
            output.WriteLine(sentence);
        }

        output.WriteLine(report.Findings.Count == 0
            ? "Nothing to say."
            : $"{Many(report.Count(FindingLevel.Error), "error")}, {Many(report.Count(FindingLevel.Warning), "warning")}, {Many(report.Count(FindingLevel.Note), "note")}");
    }

    private static string Ingresses(LintReport report)
    {
        var ours = report.Ingresses.Where(static pair => pair.Key.Length > 0).Select(static pair => $"{pair.Value} of class {pair.Key}");
        var others = report.Ingresses.GetValueOrDefault("") is > 0 and var count ? $", {count} of other classes not looked at" : "";
        var from = report.Files > 0 ? $" in {Many(report.Files, "file")}" : "";
        return $"{Many(report.Ingresses.Values.Sum(), "Ingress", "Ingresses")}{from}: {string.Join(", ", ours)}{others}";
    }

    private static string Many(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count} {many ?? $"{one}s"}";
}

using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Inlet.Cli.Demo;

/// <summary>What one answer says, as text for people or as JSON.</summary>
internal sealed record DemoAnswer(
    string Name, string Version, string Pod, string Method, string Path, string Host,
    IReadOnlyList<KeyValuePair<string, string>> Headers, IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<KeyValuePair<string, string>> Files)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static DemoAnswer Of(HttpRequest request, DemoOptions options) => new(
        options.Name,
        options.Version,
        System.Environment.GetEnvironmentVariable("POD_NAME") ?? System.Environment.GetEnvironmentVariable("HOSTNAME") ?? System.Environment.MachineName,
        request.Method,
        request.Path + request.QueryString,
        request.Host.Value ?? "",
        Sorted(request.Headers.Select(static header => KeyValuePair.Create(header.Key, header.Value.ToString()))),
        Sorted(System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static e => KeyValuePair.Create((string)e.Key, (string?)e.Value ?? ""))),
        Sorted(MountedFiles.Read(options.Directories)));

    public string ToJson()
    {
        var answer = new JsonObject
        {
            ["name"] = Name,
            ["version"] = Version,
            ["pod"] = Pod,
            ["method"] = Method,
            ["path"] = Path,
            ["host"] = Host,
            ["headers"] = Object(Headers),
            ["env"] = Object(Environment),
            ["files"] = Object(Files),
        };
        return answer.ToJsonString(Indented) + "\n";
    }

    public string ToText()
    {
        var text = new StringBuilder();
        text.Append($"{Name} {Version} on {Pod}\n{Method} {Path} for {Host}\n");
        Section(text, "headers", Headers, ": ");
        Section(text, "env", Environment, "=");
        Section(text, "files", Files, ": ");
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IReadOnlyList<KeyValuePair<string, string>> entries, string separator)
    {
        if (entries.Count == 0)
        {
            return;
        }

        text.Append($"\n{title}\n");
        foreach (var (key, value) in entries)
        {
            text.Append($"  {key}{separator}{value.TrimEnd('\n').ReplaceLineEndings("\n    ")}\n");
        }
    }

    private static List<KeyValuePair<string, string>> Sorted(IEnumerable<KeyValuePair<string, string>> entries) =>
        [.. entries.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase)];

    private static JsonObject Object(IEnumerable<KeyValuePair<string, string>> entries)
    {
        var obj = new JsonObject();
        foreach (var (key, value) in entries)
        {
            obj[key] = value;
        }

        return obj;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Controller;

namespace Inlet.Cli.Lint;

/// <summary>What <c>inlet lint</c> prints.</summary>
internal enum LintForm
{
    Text,
    Json,
    Sarif,
}

internal static class LintOutput
{
    public static void Write(LintReport report, LintForm form, TextWriter output)
    {
        switch (form)
        {
            case LintForm.Json:
                WriteJson(LintJson.Of(report), output);
                break;
            case LintForm.Sarif:
                WriteJson(LintSarif.Of(report), output);
                break;
            default:
                LintText.Write(report, output);
                break;
        }
    }

    private static void WriteJson(JsonObject json, TextWriter output)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteTo(writer);
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }
}

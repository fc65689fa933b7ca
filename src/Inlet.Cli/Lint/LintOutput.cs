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
                JsonText.WriteIndented(LintJson.Of(report), output);
                break;
            case LintForm.Sarif:
                JsonText.WriteIndented(LintSarif.Of(report), output);
                break;
            default:
                LintText.Write(report, output);
                break;
        }
    }
}

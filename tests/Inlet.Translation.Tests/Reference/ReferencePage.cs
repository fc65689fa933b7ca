namespace Inlet.Translation.Tests;

/// <summary>
/// A page of docs/reference that is made from a catalogue. The test that calls <see cref="Check"/> fails when the page and the
/// catalogue differ; run with <c>INLET_UPDATE_REFERENCE=1</c> it writes the page.
/// </summary>
internal static class ReferencePage
{
    public static void Check(string name, string text)
    {
        var file = Path.Combine(Root(AppContext.BaseDirectory), "docs", "reference", name);
        if (Environment.GetEnvironmentVariable("INLET_UPDATE_REFERENCE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == text, $"docs/reference/{name} is not what the catalogue says; run the tests once with INLET_UPDATE_REFERENCE=1");
    }

    /// <summary>Text in a cell of a table.</summary>
    public static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    public static string Code(string text) => text.Length == 0 ? "" : $"`{Cell(text)}`";

    private static string Root(string directory) =>
        File.Exists(Path.Combine(directory, "Inlet.slnx"))
            ? directory
            : Root(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Inlet.slnx is not above the tests"));
}

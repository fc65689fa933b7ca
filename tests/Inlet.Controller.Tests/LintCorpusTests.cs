using Inlet.Translation;

namespace Inlet.Controller.Tests;

/// <summary>Manifests in the manner of well-known charts: read whole, served, and nothing about them that is not theirs to change.</summary>
public sealed class LintCorpusTests
{
    private static readonly string Corpus = Find(AppContext.BaseDirectory);

    [Fact]
    public void Manifests_of_well_known_charts_are_read_and_only_what_is_in_them_is_refused()
    {
        var report = Linter.Run(ObjectInput.Read([Corpus], TextReader.Null), only: null);

        Assert.InRange(report.Ingresses["nginx"], 30, 100);
        Assert.Empty(report.Problems);
        Assert.Equal(
            ["configuration-snippet", "secure-backends", "server-snippet", "ssl-redirct"],
            report.Annotations.Where(static use => use.Status is "refused" or "unknown").Select(static use => use.Name));
        Assert.DoesNotContain(report.Findings, static finding => finding.Code is VerdictCodes.TranslationFailed or VerdictCodes.ObjectUnreadable or VerdictCodes.InvalidPath);
        Assert.All(report.Findings, static finding => Assert.True(finding is { File: not null, Line: > 1 }));
    }

    private static string Find(string directory) =>
        Directory.Exists(Path.Combine(directory, "tests", "corpus", "ingresses"))
            ? Path.Combine(directory, "tests", "corpus", "ingresses")
            : Find(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("tests/corpus/ingresses is not above the tests"));
}

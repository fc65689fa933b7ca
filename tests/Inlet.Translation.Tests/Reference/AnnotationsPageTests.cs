using System.Text;

namespace Inlet.Translation.Tests;

public sealed class AnnotationsPageTests
{
    [Fact]
    public void Page_of_annotations_says_what_the_catalogue_says() => ReferencePage.Check("annotations.md", Page());

    private static string Page()
    {
        var all = AnnotationCatalog.All.OrderBy(static spec => spec.Name, StringComparer.Ordinal).ToList();
        var page = new StringBuilder();
        page.Append($"""
            # Annotations

            Made from the catalogue in `src/Inlet.Translation/Annotations`; a test compares the two. All names have the prefix
            `{AnnotationSpec.Prefix}`. `inlet lint` reports each of them in your manifests, with file and line.

            Of the {all.Count(static spec => spec.AliasOf is null)} annotations of ingress-nginx {Count(AnnotationStatus.Implemented)} are implemented, {Count(AnnotationStatus.Differs)} are implemented with a
            difference that is stated, {Count(AnnotationStatus.Refused)} are refused with the reason, and {Count(AnnotationStatus.NotYet)} are not supported yet. Nothing is ignored silently:
            what has no effect is said in the log, in an Event of the Ingress, and by `inlet lint`.

            An invalid value either has its *default* take its place, or *closes* the Ingress: each of its requests is answered 503,
            because what the setting was to keep out must not come in for a typing error. Both are reported.

            | annotation | value | default | holds for | what it does | invalid | status |
            |---|---|---|---|---|---|---|

            """);
        foreach (var spec in all)
        {
            page.Append($"| `{spec.Name}` | {ReferencePage.Cell(spec.Grammar)} | {ReferencePage.Code(spec.Default)} | {Scope(spec)} | {ReferencePage.Cell(spec.Summary)} | {Invalid(spec)} | {Status(spec)} |\n");
        }

        Notes(page, "What differs", all.Where(static spec => spec.Status == AnnotationStatus.Differs));
        Notes(page, "What is refused, and why", all.Where(static spec => spec.Status == AnnotationStatus.Refused));
        return page.ToString();

        int Count(AnnotationStatus status) => all.Count(spec => spec.Status == status && spec.AliasOf is null);
    }

    private static void Notes(StringBuilder page, string title, IEnumerable<AnnotationSpec> specs)
    {
        page.Append($"\n## {title}\n\n");
        foreach (var spec in specs)
        {
            page.Append($"- `{spec.Name}`: {spec.Note}\n");
        }
    }

    private static string Scope(AnnotationSpec spec) => spec.Scope == AnnotationScope.Host ? "its hosts" : "its paths";

    private static string Invalid(AnnotationSpec spec) => spec.Status is AnnotationStatus.Refused or AnnotationStatus.NotYet ? "" : spec.WhenInvalid == WhenInvalid.Close ? "closes" : "default";

    private static string Status(AnnotationSpec spec) => spec.Status switch
    {
        AnnotationStatus.Implemented => "implemented",
        AnnotationStatus.Differs => "differs",
        AnnotationStatus.Refused => "refused",
        _ => "not yet",
    };
}

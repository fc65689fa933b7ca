using System.Text;

namespace Inlet.Translation.Tests;

public sealed class SettingsPageTests
{
    [Fact]
    public void Page_of_settings_says_what_the_catalogue_says() => ReferencePage.Check("configmap.md", Page());

    private static string Page()
    {
        var all = SettingCatalog.All;
        var page = new StringBuilder();
        page.Append($"""
            # The controller's ConfigMap

            Made from the catalogue in `src/Inlet.Translation/Settings`; a test compares the two. `--configmap NAMESPACE/NAME` names
            the ConfigMap; it is watched. Its keys are those of ingress-nginx.

            Of {all.Count} keys {Count(SettingStatus.Implemented)} are implemented, {Count(SettingStatus.Differs)} are implemented with a difference that is stated, {Count(SettingStatus.NotApplicable)} set
            something that does not exist here, and {Count(SettingStatus.NotYet)} are not supported yet. A key without effect and a value that cannot be read are
            said in the log and in an Event of the ConfigMap; the other keys hold all the same.

            A key *of Ingresses* is what holds where an Ingress does not have the annotation, and follows each change at once. A key
            *of the controller* concerns connections as such: a change of it is in force from the controller's next start on.

            | key | default | concerns | status |
            |---|---|---|---|

            """);
        foreach (var spec in all)
        {
            page.Append($"| `{spec.Key}` | {ReferencePage.Code(spec.Default)} | {Concerns(spec)} | {Status(spec)} |\n");
        }

        return page.ToString();

        int Count(SettingStatus status) => all.Count(spec => spec.Status == status);
    }

    private static string Concerns(SettingSpec spec) =>
        spec.Status == SettingStatus.NotApplicable ? "" : spec.AtStart ? "the controller"
        : spec.Annotation is { } name ? $"Ingresses without [`{name}`](annotations.md)" : "Ingresses";

    private static string Status(SettingSpec spec) => spec.Status switch
    {
        SettingStatus.Implemented => "implemented",
        SettingStatus.Differs => $"differs: {ReferencePage.Cell(spec.Note)}",
        SettingStatus.NotApplicable => $"not applicable: {ReferencePage.Cell(spec.Note)}",
        _ => "not yet",
    };
}

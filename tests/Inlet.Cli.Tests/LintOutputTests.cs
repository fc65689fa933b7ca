using System.Text.Json.Nodes;
using Inlet.Cli.Lint;
using Inlet.Controller;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Cli.Tests;

public sealed class LintOutputTests
{
    private static readonly LintReport Report = new(
        [
            new Finding(FindingLevel.Error, "AnnotationRefused", "nginx", new ObjectReference("Ingress", "web", "shop"), "metadata.annotations[k]", "k has \"no\" effect.", "shop.yaml", 7, 5),
            new Finding(FindingLevel.Note, "ClassesDiffer", "nginx", new ObjectReference("Ingress", "web", "shop"), "", "Host a.", null, 0, 0),
        ],
        new SortedDictionary<string, int> { ["nginx"] = 2, [""] = 1 }, [new AnnotationUse("server-snippet", "refused", 1)], ["Not checked."], [], 1);

    [Fact]
    public void Text_is_a_line_per_finding_and_a_summary()
    {
        Assert.Equal(
            """
            shop.yaml:7:5: error: Ingress web/shop: k has "no" effect. [AnnotationRefused]
            note: Ingress web/shop: Host a. [ClassesDiffer]

            3 Ingresses in 1 file: 2 of class nginx, 1 of other classes not looked at
            Annotations, refused: server-snippet (1)
            Not checked.
            1 error, 0 warnings, 1 note

            """,
            Written(LintForm.Text));
    }

    [Fact]
    public void Json_has_every_fact()
    {
        var json = JsonNode.Parse(Written(LintForm.Json))!.AsObject();
        var first = json.Objects("findings").First();

        Assert.Equal(("error", "AnnotationRefused", "web", "shop", "shop.yaml", 7L), (
            first.String("level"), first.String("code"), first.String("namespace"), first.String("name"), first.String("file"), first.Integer("line")));
        Assert.Equal((1L, 2L), (json.Object("summary").Integer("errors"), json.Object("summary").Object("ingresses").Integer("nginx")));
        Assert.Equal("refused", json.Object("summary").Objects("annotations").Single().String("status"));
    }

    [Fact]
    public void Sarif_names_rules_levels_and_places()
    {
        var run = JsonNode.Parse(Written(LintForm.Sarif))!.AsObject().Objects("runs").Single();
        var results = run.Objects("results").ToList();

        Assert.Equal(["AnnotationRefused", "ClassesDiffer"], run.Object("tool").Object("driver").Objects("rules").Select(static rule => rule.String("id")));
        Assert.Equal(["error", "note"], results.Select(static result => result.String("level")));
        var place = results[0].Objects("locations").Single().Object("physicalLocation");
        Assert.Equal(("shop.yaml", 7L), (place.Object("artifactLocation").String("uri"), place.Object("region").Integer("startLine")));
    }

    private static string Written(LintForm form)
    {
        var text = new StringWriter { NewLine = "\n" };
        LintOutput.Write(Report, form, text);
        return text.ToString();
    }
}

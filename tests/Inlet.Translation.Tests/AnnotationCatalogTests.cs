namespace Inlet.Translation.Tests;

public sealed class AnnotationCatalogTests
{
    [Fact]
    public void Unknown_annotation_under_the_prefix_is_refused_by_name_and_the_ingress_served()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "svc", annotations: ["another=x", "no-such-thing=1"]));

        Assert.Equal(["a.com Prefix / → svc:80"], result.Model.Lines());
        Assert.Equal(
            [$"a Refused AnnotationNotSupported {Given.Field("another")}", $"a Refused AnnotationNotSupported {Given.Field("no-such-thing")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Annotations_of_others_are_none_of_our_business()
    {
        var ingress = Given.Ingress("a", "a.com", "/", "svc").Replace("annotations: {", "annotations: {cert-manager.io/issuer: x", StringComparison.Ordinal);

        Assert.Empty(Given.Translate(ingress).Verdicts);
    }

    /// <summary>One poisonous Ingress per annotation, among good ones: whatever its value, the others are served.</summary>
    [Fact]
    public void No_value_of_any_annotation_harms_another_ingress()
    {
        string[] poisons = ["", "   ", "true\\nfalse", "\\u0000", "💥", "../../etc", "999999999999999999999", "-1", "$(reboot)", new('x', 100_000)];
        var good = Given.Ingress("good", "good.com", "/", "svc", created: "2027-01-01T00:00:00Z");
        foreach (var spec in AnnotationCatalog.All)
        {
            foreach (var poison in poisons)
            {
                foreach (var annotations in new[] { [$"{spec.Name}={poison}"], new[] { "canary=true", "backend-protocol=HTTPS", $"{spec.Name}={poison}" } })
                {
                    var result = Given.Translate(good, Given.Ingress("bad", "bad.com", "/", "svc", annotations: [.. annotations.DistinctBy(static one => one.Split('=')[0])]));

                    Assert.Contains("good.com Prefix / → svc:80", result.Model.Lines());
                    Assert.DoesNotContain(result.Verdicts, verdict => verdict.Object.Name == "good");
                    Assert.DoesNotContain(result.Verdicts, verdict => verdict.Code == VerdictCodes.TranslationFailed);
                }
            }
        }
    }

    [Fact]
    public void Every_annotation_has_its_facts()
    {
        Assert.All(AnnotationCatalog.All, spec => Assert.True(spec is { Name.Length: > 0, Grammar.Length: > 0, Summary.Length: > 10 }));
        Assert.Equal(AnnotationCatalog.All.Count, AnnotationCatalog.All.Select(spec => spec.Name).Distinct().Count());
    }
}

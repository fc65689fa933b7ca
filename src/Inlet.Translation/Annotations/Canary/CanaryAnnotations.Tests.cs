using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class CanaryAnnotationsTests
{
    [Fact]
    public void Header_cookie_and_weight_are_read_together()
    {
        var canary = Canary("canary=true", "canary-by-header=X-Canary", "canary-by-cookie=beta", "canary-weight=10", "canary-weight-total=1000");

        Assert.Equal((new CanaryHeader("X-Canary", null), "beta", 10, 1000), (canary.Header, canary.Cookie, canary.Weight, canary.WeightTotal));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("1", true)]
    [InlineData("t", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    public void Enabled_as_go_parses_booleans(string value, bool enabled)
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: [$"canary={value}", .. enabled ? ["canary-weight=1"] : Array.Empty<string>()]));

        Assert.Equal(enabled ? 1 : 0, result.Model.Hosts[0].Routes[0].Split.Canaries.Count);
    }

    [Theory]
    [InlineData("canary=yes", "canary", VerdictCodes.AnnotationInvalid)]
    [InlineData("canary=", "canary", VerdictCodes.AnnotationInvalid)]
    public void Invalid_switch_makes_an_ordinary_ingress_and_is_reported(string annotation, string field, string code)
    {
        var result = Given.Translate(Given.Ingress("c", "c.com", "/", "two", annotations: [annotation]));

        Assert.Equal(["c.com Prefix / → two:80"], result.Model.Lines());
        Assert.Equal([$"c Defaulted {code} {Given.Field(field)}"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("canary-weight=ten", "canary-weight", 0, 100)]
    [InlineData("canary-weight=10%", "canary-weight", 0, 100)]
    [InlineData("canary-weight=-1", "canary-weight", 0, 100)]
    [InlineData("canary-weight=101", "canary-weight", 100, 100)]
    [InlineData("canary-weight-total=50", "canary-weight-total", 0, 100)]
    [InlineData("canary-weight-total=many", "canary-weight-total", 0, 100)]
    [InlineData("canary-weight=99999999999", "canary-weight", 0, 100)]
    public void Invalid_number_falls_back_and_is_reported(string annotation, string field, int weight, int total)
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true", "canary-by-cookie=beta", annotation]));
        var canary = result.Model.Hosts[0].Routes[0].Split.Canaries[0];

        Assert.Equal((weight, total), (canary.Weight, canary.WeightTotal));
        Assert.Equal([$"c Defaulted AnnotationInvalid {Given.Field(field)}"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("canary-by-header=X Canary", "canary-by-header")]
    [InlineData("canary-by-cookie=be;ta", "canary-by-cookie")]
    [InlineData("canary-by-cookie=", "canary-by-cookie")]
    public void Invalid_name_counts_as_not_set_and_is_reported(string annotation, string field)
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true", "canary-weight=5", annotation]));
        var canary = result.Model.Hosts[0].Routes[0].Split.Canaries[0];

        Assert.Equal((null, null, 5), (canary.Header, canary.Cookie, canary.Weight));
        Assert.Equal([$"c Defaulted AnnotationInvalid {Given.Field(field)}"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("canary-by-header-value=kr", "Refused AnnotationWithoutEffect", "canary-by-header-value")]
    [InlineData("canary-by-header-pattern=k.*", "Refused AnnotationWithoutEffect", "canary-by-header-pattern")]
    public void What_has_no_effect_is_refused(string annotation, string verdict, string field)
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true", "canary-weight=5", annotation]));

        Assert.Equal([$"c {verdict} {Given.Field(field)}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Conditions_without_the_switch_make_an_ordinary_ingress_and_are_reported()
    {
        var result = Given.Translate(Given.Ingress("c", "c.com", "/", "two", annotations: ["canary-weight=10", "canary-by-header=X"]));

        Assert.Equal(["c.com Prefix / → two:80"], result.Model.Lines());
        Assert.Equal(
            [$"c Refused CanaryNotEnabled {Given.Field("canary-by-header")}", $"c Refused CanaryNotEnabled {Given.Field("canary-weight")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Canary_without_any_condition_is_reported()
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true"]));

        Assert.Equal([$"c Defaulted CanaryWithoutCondition {Given.Field("canary")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Header_is_compared_with_a_pattern_unless_there_is_a_value()
    {
        Assert.Equal(new CanaryHeader("Lang", null) { Pattern = "^k" }, Canary("canary=true", "canary-by-header=Lang", "canary-by-header-pattern=^k").Header);
        var both = Given.Translate(Main, Given.Ingress(
            "c", "a.com", "/", "two", annotations: ["canary=true", "canary-by-header=Lang", "canary-by-header-pattern=^k", "canary-by-header-value=kr"]));

        Assert.Equal(new CanaryHeader("Lang", "kr"), both.Model.Hosts[0].Routes[0].Split.Canaries[0].Header);
        Assert.Equal([$"c Refused AnnotationWithoutEffect {Given.Field("canary-by-header-pattern")}"], both.Verdicts.Lines());
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=a)b")]
    [InlineData("(a)\\\\1")]
    public void Pattern_that_is_none_or_needs_backtracking_is_reported_and_the_header_decides_by_always_and_never(string pattern)
    {
        var result = Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: ["canary=true", "canary-by-header=X", $"canary-by-header-pattern={pattern}"]));

        Assert.Equal(new CanaryHeader("X", null), result.Model.Hosts[0].Routes[0].Split.Canaries[0].Header);
        Assert.Equal([$"c Defaulted AnnotationInvalid {Given.Field("canary-by-header-pattern")}"], result.Verdicts.Lines());
    }

    private static string Main => Given.Ingress("main", "a.com", "/", "one");

    private static Canary Canary(params string[] annotations) =>
        Given.Translate(Main, Given.Ingress("c", "a.com", "/", "two", annotations: annotations)).Model.Hosts[0].Routes[0].Split.Canaries[0];
}

namespace Inlet.Translation.Tests;

public sealed class AliasAnnotationsTests
{
    [Fact]
    public void Alias_serves_all_of_the_host_also_what_others_have_there()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/a", "one", annotations: "server-alias=B.com,c.com"), Given.Ingress("b", "a.com", "/b", "two", created: "2027-01-01T00:00:00Z"));

        Assert.Empty(result.Verdicts);
        Assert.Equal(
            ["a.com Prefix /a → one:80", "a.com Prefix /b → two:80", "b.com Prefix /a → one:80", "b.com Prefix /b → two:80", "c.com Prefix /a → one:80", "c.com Prefix /b → two:80"],
            result.Model.Lines());
    }

    [Fact]
    public void Alias_follows_the_host()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/a", "one", annotations: "server-alias=b.com"));
        translator.Translate();
        Given.Put(translator, Given.Ingress("b", "a.com", "/b", "two", created: "2027-01-01T00:00:00Z"));
        Assert.Contains("b.com Prefix /b → two:80", translator.Translate().Model.Lines());
        translator.RemoveIngress(new Inlet.Kubernetes.ObjectKey("default", "b"));
        Assert.DoesNotContain("b.com Prefix /b → two:80", translator.Translate().Model.Lines());
        Given.Put(translator, Given.Ingress("a", "a.com", "/a", "one"));
        Assert.Equal(["a.com Prefix /a → one:80"], translator.Translate().Model.Lines());
    }

    [Fact]
    public void Name_with_rules_of_its_own_keeps_them_and_the_alias_is_reported()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "one", annotations: "server-alias=b.com"), Given.Ingress("b", "b.com", "/b", "two", created: "2027-01-01T00:00:00Z"));

        Assert.Equal(["a.com Prefix / → one:80", "b.com Prefix /b → two:80"], result.Model.Lines());
        Assert.Equal([$"a Conflict AliasConflict {Given.Field("server-alias")}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Oldest_with_aliases_names_them_all()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/", "one", annotations: "server-alias=b.com"),
            Given.Ingress("b", "z.com", "/", "two", created: "2027-01-01T00:00:00Z", annotations: "server-alias=b.com"));

        Assert.Contains("b.com Prefix / → one:80", result.Model.Lines());
        Assert.Equal([$"b Conflict AliasConflict {Given.Field("server-alias")}"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("AnnotationNotSupported", "~^www[0-9]+[.]a[.]com$")]
    [InlineData("AnnotationInvalid", "b c.com")]
    [InlineData("AnnotationInvalid", "b.com;return 200")]
    [InlineData("AnnotationInvalid", ",")]
    [InlineData("AnnotationInvalid", "")]
    public void Invalid_alias_is_not_served_and_reported(string code, string value)
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/", "one", annotations: $"server-alias={value}"));

        Assert.Equal(["a.com Prefix / → one:80"], result.Model.Lines());
        Assert.Equal([$"a Defaulted {code} {Given.Field("server-alias")}"], result.Verdicts.Lines());
    }
}

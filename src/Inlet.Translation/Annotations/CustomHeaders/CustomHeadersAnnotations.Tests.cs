using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class CustomHeadersAnnotationsTests
{
    [Fact]
    public void Entries_become_fields()
    {
        var result = Translate(Given.ConfigMap("h", "X-B: two", "X-A: one; two"));

        Assert.Empty(result.Verdicts);
        Assert.Equal([new HeaderField("X-A", "one; two"), new HeaderField("X-B", "two")], result.Model.Hosts[0].Routes[0].Policies.AnswerFields);
    }

    [Fact]
    public void Map_that_comes_later_or_changes_is_followed()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc", annotations: "custom-headers=default/h"));
        Assert.True(translator.Translate().Model.Hosts[0].Routes[0].Policies.Closed);
        Given.Put(translator, Given.ConfigMap("h", "X-A: one"));
        Assert.Equal("one", translator.Translate().Model.Hosts[0].Routes[0].Policies.AnswerFields[0].Value);
        Given.Put(translator, Given.ConfigMap("h", "X-A: two"));
        Assert.Equal("two", translator.Translate().Model.Hosts[0].Routes[0].Policies.AnswerFields[0].Value);
        translator.RemoveConfigMap(new Inlet.Kubernetes.ObjectKey("default", "h"));
        Assert.True(translator.Translate().Model.Hosts[0].Routes[0].Policies.Closed);
    }

    [Fact]
    public void Map_that_does_not_exist_closes_the_routes() =>
        Assert.Equal([$"a Refused ConfigMapNotFound {Given.Field("custom-headers")}"], Translate().Verdicts.Lines());

    [Theory]
    [InlineData("X A: b")]
    [InlineData("Content-Length: \"5\"")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("X-A: \"one\\r\\nX-Evil: 1\"")]
    [InlineData("X-A: \"caf\\u00e9\"")]
    public void Entry_that_is_no_field_closes_the_routes(string entry)
    {
        var result = Translate(Given.ConfigMap("h", entry));

        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Assert.Equal([$"a Refused ConfigMapInvalid {Given.Field("custom-headers")}"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("h")]
    [InlineData("other/h")]
    [InlineData("default/h/x")]
    [InlineData("")]
    public void Name_that_is_none_closes_the_routes(string value) =>
        Assert.True(Given.PoliciesReporting($"Refused AnnotationInvalid {Given.Field("custom-headers")}", $"custom-headers={value}").Closed);

    [Fact]
    public void Fields_may_be_restricted_to_a_list()
    {
        var options = new TranslationOptions { AllowedAnswerFields = ["X-A"] };
        var ingress = Given.Ingress("a", "a.com", "/", "svc", annotations: "custom-headers=default/h");

        Assert.Empty(Given.Translate(options, Given.ConfigMap("h", "X-A: b"), ingress).Verdicts);
        Assert.Equal([$"a Refused ConfigMapInvalid {Given.Field("custom-headers")}"], Given.Translate(options, Given.ConfigMap("h", "X-B: b"), ingress).Verdicts.Lines());
    }

    private static TranslationResult Translate(params string[] documents) =>
        Given.Translate([.. documents, Given.Ingress("a", "a.com", "/", "svc", annotations: "custom-headers=default/h")]);
}

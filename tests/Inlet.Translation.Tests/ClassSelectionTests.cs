using Inlet.Kubernetes;

namespace Inlet.Translation.Tests;

public sealed class ClassSelectionTests
{
    private const string DefaultClass = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: inlet, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
        spec: {controller: inlet.dev/ingress-controller}
        """;

    private const string OtherClass = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: nginx}
        spec: {controller: k8s.io/ingress-nginx}
        """;

    private const string SecondClass = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: edge}
        spec: {controller: inlet.dev/ingress-controller}
        """;

    [Theory]
    [InlineData("ingressClassName: inlet", "{}", true)]
    [InlineData("ingressClassName: edge", "{}", true)]
    [InlineData("ingressClassName: nginx", "{}", false)]
    [InlineData("ingressClassName: unknown", "{}", false)]
    [InlineData("ingressClassName: nginx", "{kubernetes.io/ingress.class: inlet}", false)]
    [InlineData("", "{kubernetes.io/ingress.class: inlet}", true)]
    [InlineData("", "{kubernetes.io/ingress.class: nginx}", false)]
    [InlineData("", "{kubernetes.io/ingress.class: \"\"}", false)]
    [InlineData("", "{}", false)]
    public void Class_decides_whose_an_ingress_is(string className, string annotations, bool ours)
    {
        var result = Given.Translate(OtherClass, SecondClass, Ingress(className, annotations));

        Assert.Equal(ours ? 1 : 0, result.Model.Hosts.Count);
        Assert.Equal(ours ? 1 : 0, result.Ours.Count);
    }

    [Theory]
    [InlineData(null, false, false)]
    [InlineData(null, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public void Ingress_without_class_follows_the_flag_and_then_the_default_class(bool? flag, bool ourClassIsDefault, bool ours)
    {
        var result = Given.Translate(
            new TranslationOptions { IngressesWithoutClass = flag }, ourClassIsDefault ? DefaultClass : OtherClass, Ingress("", "{}"));

        Assert.Equal(ours ? 1 : 0, result.Model.Hosts.Count);
    }

    [Fact]
    public void Class_that_comes_goes_or_changes_hands_takes_its_ingresses_along()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Ingress("ingressClassName: inlet", "{}"));
        Assert.Empty(translator.Translate().Model.Hosts);

        Given.Put(translator, Given.Class);
        Assert.Single(translator.Translate().Model.Hosts);

        Given.Put(translator, OtherClass.Replace("name: nginx", "name: inlet", StringComparison.Ordinal));
        Assert.Empty(translator.Translate().Model.Hosts);

        Given.Put(translator, Given.Class);
        translator.RemoveIngressClass(new ObjectKey("", "inlet"));
        Assert.Empty(translator.Translate().Model.Hosts);
    }

    [Fact]
    public void Ingress_of_another_class_is_never_judged()
    {
        var result = Given.Translate(OtherClass, Given.Ingress("a", "not a host", "/", "svc").Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal));

        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Files_need_no_class_object()
    {
        var translator = new Translator(new TranslationOptions { ClassObjectOptional = true, IngressesWithoutClass = true });
        Given.Put(translator, Ingress("ingressClassName: inlet", "{}"), Ingress("ingressClassName: nginx", "{}", "b"), Ingress("", "{}", "c"));

        Assert.Equal(["a", "c"], translator.Translate().Ours.Select(ingress => ingress.Metadata!.Name).Order());
    }

    private static string Ingress(string className, string annotations, string name = "a") =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: {{name}}, annotations: {{annotations}} }
        spec:
          {{className}}
          rules:
          - host: {{name}}.com
            http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: svc, port: {number: 80} } } }] }
        """;
}

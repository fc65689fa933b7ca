using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Resources;

public sealed class IngressVersionsTests
{
    private const string Old = """
        {"apiVersion":"networking.k8s.io/v1beta1","kind":"Ingress","metadata":{"name":"i"},"spec":{
          "backend":{"serviceName":"d","servicePort":"web"},
          "rules":[{"http":{"paths":[
            {"path":"/order","pathType":"ImplementationSpecific","backend":{"serviceName":"svc-order","servicePort":8080}},
            {"path":"/r","pathType":"Prefix","backend":{"resource":{"kind":"Bucket","name":"b"}}}]}}]}}
        """;

    [Theory]
    [InlineData("networking.k8s.io", "networking.k8s.io/v1beta1 Ingress is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress")]
    [InlineData("extensions", "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress")]
    public void Old_ingress_goes_to_v1_and_back_without_loss(string group, string warning)
    {
        var served = ResourceCatalog.Builtin.Find(group, "v1beta1", "ingresses")!;
        var original = JsonNode.Parse(Old.Replace("networking.k8s.io/v1beta1", $"{group}/v1beta1", StringComparison.Ordinal))!.AsObject();

        var stored = served.Version.ToStorage(original.DeepClone().AsObject());

        Assert.Equal("networking.k8s.io/v1", stored["apiVersion"]!.GetValue<string>());
        Assert.Equal("""{"service":{"name":"d","port":{"name":"web"}}}""", stored["spec"]!["defaultBackend"]!.ToJsonString());
        Assert.Equal("""{"service":{"name":"svc-order","port":{"number":8080}}}""",
            stored["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["backend"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(original, served.Version.FromStorage(stored)), stored.ToJsonString());
        Assert.Equal(warning, served.Version.DeprecationWarning);
    }

    [Fact]
    public void Old_ingress_without_pathType_is_implementation_specific_and_valid()
    {
        var served = ResourceCatalog.Builtin.FindKind("networking.k8s.io/v1beta1", "Ingress")!;
        var stored = served.Version.ToStorage(JsonNode.Parse("""
            {"apiVersion":"networking.k8s.io/v1beta1","kind":"Ingress","metadata":{"name":"i"},"spec":{"rules":[{"http":{"paths":[
              {"path":"/order","backend":{"serviceName":"svc-order","servicePort":8080}}]}}]}}
            """)!.AsObject());
        var errors = new FieldErrors();

        served.Definition.Validate(stored, null, errors);

        Assert.Empty(errors.All);
        Assert.Equal("ImplementationSpecific", stored["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["pathType"]!.GetValue<string>());
    }

    [Fact]
    public void Catalog_prefers_the_new_group_and_version()
    {
        var names = ResourceCatalog.Builtin.Groups.Select(g => g.Name).ToList();

        Assert.Equal("", names[0]);
        Assert.True(names.IndexOf("networking.k8s.io") < names.IndexOf("extensions"));
        Assert.Equal("v1", ResourceCatalog.Builtin.Groups.Single(g => g.Name == "networking.k8s.io").Versions[0].Version);
    }
}

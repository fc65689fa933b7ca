using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.OpenApi;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer;

public sealed class OpenApiDocumentsTests
{
    private readonly OpenApiDocuments _documents = new(ResourceCatalog.Builtin);

    [Fact]
    public void Index_names_a_document_per_group_and_version()
    {
        var paths = JsonNode.Parse(_documents.Index.Span)!["paths"]!.AsObject();

        Assert.All(
            ["api/v1", "apis/apps/v1", "apis/networking.k8s.io/v1", "apis/networking.k8s.io/v1beta1", "apis/extensions/v1beta1"],
            path => Assert.StartsWith($"/openapi/v3/{path}?hash=", paths[path]!["serverRelativeURL"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.All(paths, p => Assert.NotNull(_documents.Document(p.Key)));
        Assert.Null(_documents.Document("apis/example.com/v1"));
    }

    [Fact]
    public void Document_lets_clients_leave_validation_to_the_server()
    {
        var patch = Document("apis/apps/v1")["paths"]!["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]!["patch"]!;

        Assert.Equal("""{"group":"apps","version":"v1","kind":"Deployment"}""", patch["x-kubernetes-group-version-kind"]!.ToJsonString());
        Assert.Contains(patch["parameters"]!.AsArray(), p => p!["name"]!.GetValue<string>() == "fieldValidation" && p["in"]!.GetValue<string>() == "query");
    }

    [Fact]
    public void Document_schemas_carry_patch_strategies_and_resolve()
    {
        var schemas = Document("apis/apps/v1")["components"]!["schemas"]!.AsObject();
        var containers = schemas["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!;
        var strategy = schemas["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["strategy"]!;

        Assert.Equal("merge", containers["x-kubernetes-patch-strategy"]!.GetValue<string>());
        Assert.Equal("name", containers["x-kubernetes-patch-merge-key"]!.GetValue<string>());
        Assert.Equal("retainKeys", strategy["x-kubernetes-patch-strategy"]!.GetValue<string>());
        Assert.All(References(schemas), r => Assert.True(schemas.ContainsKey(r["#/components/schemas/".Length..]), r));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    private JsonObject Document(string path) => JsonNode.Parse(_documents.Document(path)!.Value.Span)!.AsObject();
}

using System.Text;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.OpenApi;
using Inlet.Local.ApiServer.Protobuf;
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

    [Fact]
    public void Version_2_has_every_kind_with_strategies_and_dry_run_and_resolves()
    {
        var document = JsonNode.Parse(_documents.V2Json.Span)!.AsObject();
        var definitions = document["definitions"]!.AsObject();
        Assert.All(References(definitions), r => Assert.True(definitions.ContainsKey(r["#/definitions/".Length..]), r));
        foreach (var served in ResourceCatalog.Builtin.Groups.SelectMany(g => g.Versions).SelectMany(v => v.Resources))
        {
            var kind = Assert.Single(definitions, d => d.Value!["x-kubernetes-group-version-kind"]?[0] is { } k
                && k["group"]!.GetValue<string>() == served.Version.Type.Group && k["version"]!.GetValue<string>() == served.Version.Type.Version
                && k["kind"]!.GetValue<string>() == served.Version.Type.Kind);
            Assert.NotNull(kind.Value!["properties"]!["apiVersion"]);
        }

        var strategy = definitions["io.k8s.api.apps.v1.DeploymentSpec"]!["properties"]!["strategy"]!;
        Assert.Equal("#/definitions/io.k8s.api.apps.v1.DeploymentStrategy", strategy["$ref"]!.GetValue<string>());
        Assert.Equal("retainKeys", strategy["x-kubernetes-patch-strategy"]!.GetValue<string>());
        Assert.Equal("string", definitions["io.k8s.api.core.v1.ServicePort"]!["properties"]!["targetPort"]!["type"]!.GetValue<string>());
        Assert.Equal("int-or-string", definitions["io.k8s.api.core.v1.ServicePort"]!["properties"]!["targetPort"]!["format"]!.GetValue<string>());
        var patch = document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}"]!["patch"]!;
        Assert.Contains(patch["parameters"]!.AsArray(), p => p!["name"]!.GetValue<string>() == "dryRun");
    }

    [Fact]
    public void Version_2_in_protobuf_is_the_same_document()
    {
        var json = JsonNode.Parse(_documents.V2Json.Span)!.AsObject();
        var document = Fields(_documents.V2Protobuf.Span);
        Assert.Equal("2.0", Encoding.UTF8.GetString(document[1].Single()));
        // Definitions, then NamedSchema {name, Schema}; Schema.properties (25) holds the same again.
        var definitions = Fields(document[9].Single())[1].ToDictionary(d => Text(d, 1), d => Fields(d)[2].Single());
        Assert.Equal(json["definitions"]!.AsObject().Select(d => d.Key).Order(StringComparer.Ordinal), definitions.Keys.Order(StringComparer.Ordinal));
        var properties = Fields(Fields(definitions["io.k8s.api.core.v1.PodSpec"])[25].Single())[1].ToDictionary(p => Text(p, 1), p => Fields(p)[2].Single());
        var extensions = Fields(properties["containers"])[31].ToDictionary(e => Text(e, 1), e => Text(Fields(e)[2].Single(), 2));
        Assert.Equal("\"merge\"\n", extensions["x-kubernetes-patch-strategy"]);
        Assert.Equal("\"name\"\n", extensions["x-kubernetes-patch-merge-key"]);
        Assert.Equal("array", Text(Fields(properties["containers"])[22].Single(), 1));

        var paths = Fields(document[8].Single())[2].ToDictionary(p => Text(p, 1), p => Fields(p)[2].Single());
        Assert.Equal(json["paths"]!.AsObject().Count, paths.Count);
    }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message)[field].Single());

    /// <summary>A message's length-delimited fields by number: our document has no others.</summary>
    private static Dictionary<int, List<byte[]>> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, List<byte[]>>();
        var reader = new ProtobufReader(message);
        while (!reader.AtEnd)
        {
            var (field, type) = reader.ReadTag();
            Assert.Equal(WireType.Bytes, type);
            if (!fields.TryGetValue(field, out var values))
            {
                fields[field] = values = [];
            }

            values.Add(reader.ReadBytes().ToArray());
        }

        return fields;
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    private JsonObject Document(string path) => JsonNode.Parse(_documents.Document(path)!.Value.Span)!.AsObject();
}

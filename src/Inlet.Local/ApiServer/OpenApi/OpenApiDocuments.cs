using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI v3 documents below <c>/openapi/v3</c>: as much as kubectl reads. <c>apply</c>, <c>create -f</c>,
/// <c>replace</c> and <c>edit</c> look whether an operation has a <c>fieldValidation</c> parameter (then they leave
/// validation to the server), <c>apply</c> takes patch strategies from the schemas, <c>explain</c> prints them.
/// </summary>
/// <remarks>Documents are made when first asked for and kept as bytes.</remarks>
public sealed class OpenApiDocuments(ResourceCatalog catalog)
{
    /// <summary>Changes with every build, so a client may cache a document with its hash for ever.</summary>
    private readonly string _build = typeof(OpenApiDocuments).Module.ModuleVersionId.ToString("N");

    private readonly ConcurrentDictionary<string, byte[]> _documents = new();
    private byte[]? _index;

    /// <summary>The body of <c>GET /openapi/v3</c>, JSON.</summary>
    public ReadOnlyMemory<byte> Index => _index ??= BuildIndex();

    /// <param name="path">What follows <c>/openapi/v3/</c>: <c>api/v1</c>, <c>apis/apps/v1</c>.</param>
    /// <returns>JSON, or null (404) for a group and version not served.</returns>
    public ReadOnlyMemory<byte>? Document(string path)
    {
        var version = catalog.Groups.SelectMany(g => g.Versions).FirstOrDefault(v => PathOf(v) == path);
        return version is null ? (ReadOnlyMemory<byte>?)null : _documents.GetOrAdd(path, _ => Encoding.UTF8.GetBytes(Build(version).ToJsonString()));
    }

    /// <summary>The <c>?hash=</c> of a document; an answer to a request that carries it may be cached without limit.</summary>
    public string Hash(string path) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(_build + path)))[..32];

    /// <summary>Content type of <see cref="V2Protobuf"/>.</summary>
    public const string V2ProtobufContentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>
    /// The body of <c>GET /openapi/v2</c> for a client that accepts protobuf. kubectl 1.20 refuses to apply when this is a
    /// 404, and skips its own validation for every kind the document does not define: so it defines none (swagger "2.0",
    /// an info, nothing else) and the server validates.
    /// </summary>
    public static ReadOnlyMemory<byte> V2Protobuf { get; } = V2();

    /// <summary>The same for a client that accepts JSON only.</summary>
    public static ReadOnlyMemory<byte> V2Json { get; } =
        """{"swagger":"2.0","info":{"title":"Kubernetes","version":"v1.32.0"},"paths":{},"definitions":{}}"""u8.ToArray();

    /// <summary>openapi.v2.Document: 1 = swagger, 2 = info {1 = title, 2 = version}, 8 = paths.</summary>
    private static byte[] V2()
    {
        byte[] info = [0x0a, 10, .. "Kubernetes"u8, 0x12, 7, .. "v1.32.0"u8];
        return [0x0a, 3, .. "2.0"u8, 0x12, (byte)info.Length, .. info, 0x42, 0];
    }

    private static string PathOf(ServedGroupVersion version) => version.Group.Length == 0 ? $"api/{version.Version}" : $"apis/{version.ApiVersion}";

    private byte[] BuildIndex()
    {
        var paths = new JsonObject();
        foreach (var path in catalog.Groups.SelectMany(g => g.Versions).Select(PathOf))
        {
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={Hash(path)}" };
        }

        return Encoding.UTF8.GetBytes(new JsonObject { ["paths"] = paths }.ToJsonString());
    }

    private static JsonObject Build(ServedGroupVersion version)
    {
        var paths = new JsonObject();
        var schemas = new OpenApiSchemas();
        foreach (var resource in version.Resources)
        {
            var type = resource.Version.Type;
            schemas.AddKind(type, resource.Version.SchemaMessage);
            var collection = type.Namespaced ? type.Path("{namespace}") : type.Path();
            collection = Uri.UnescapeDataString(collection);
            paths[collection] = new JsonObject
            {
                ["get"] = Operation(type, "list"),
                ["post"] = Operation(type, "post", WriteParameters()),
            };
            paths[$"{collection}/{{name}}"] = new JsonObject
            {
                ["get"] = Operation(type, "get"),
                ["put"] = Operation(type, "put", WriteParameters()),
                ["patch"] = Operation(type, "patch", WriteParameters()),
                ["delete"] = Operation(type, "delete"),
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.ToJson() },
        };
    }

    private static JsonObject Operation(ResourceType type, string action, JsonArray? parameters = null)
    {
        var operation = new JsonObject
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiSchemas.GroupVersionKind(type),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                },
            },
        };
        if (parameters is not null)
        {
            operation["parameters"] = parameters;
        }

        return operation;
    }

    private static JsonArray WriteParameters() => [Query("dryRun"), Query("fieldManager"), Query("fieldValidation")];

    private static JsonObject Query(string name) => new()
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };
}

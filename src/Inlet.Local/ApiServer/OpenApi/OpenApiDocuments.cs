using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>
/// The OpenAPI documents below <c>/openapi/v3</c> and <c>/openapi/v2</c>: as much as kubectl reads. <c>apply</c>, <c>create -f</c>,
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

    /// <summary>The body of <c>GET /openapi/v2</c> for a client that accepts protobuf: every kubectl.</summary>
    public ReadOnlyMemory<byte> V2Protobuf => _documents.GetOrAdd(V2ProtobufContentType, _ => OpenApiV2Protobuf.Encode(OpenApiV2.Build(catalog, Info())));

    /// <summary>The same for a client that accepts JSON only.</summary>
    public ReadOnlyMemory<byte> V2Json =>
        _documents.GetOrAdd("v2", _ => Encoding.UTF8.GetBytes(OpenApiV2.Build(catalog, Info()).ToJsonString()));

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = "v1.32.0" };

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
            schemas.AddKind(resource.Version.Type, resource.Version.SchemaMessage);
            foreach (var (path, item) in OpenApiPaths.Of(resource.Version.Type, Query))
            {
                paths[path] = item;
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.ToJson() },
        };
    }

    private static JsonObject Query(string name) => new()
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };
}

using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>
/// The one OpenAPI v2 (Swagger 2.0) document. kubectl before 1.25 validates, explains and looks for <c>dryRun</c> with it;
/// later ones look for patch strategies.
/// </summary>
internal static class OpenApiV2
{
    public static JsonObject Build(ResourceCatalog catalog, JsonObject info)
    {
        var paths = new JsonObject();
        var schemas = new OpenApiSchemas();
        foreach (var resource in catalog.Groups.SelectMany(g => g.Versions).SelectMany(v => v.Resources))
        {
            schemas.AddKind(resource.Version.Type, resource.Version.SchemaMessage);
            foreach (var (path, item) in OpenApiPaths.Of(resource.Version.Type, Query))
            {
                paths[path] = item;
            }
        }

        var definitions = new JsonObject();
        foreach (var (name, schema) in schemas.ToJson())
        {
            definitions[name] = Schema(schema!.AsObject());
        }

        return new() { ["swagger"] = "2.0", ["info"] = info, ["paths"] = paths, ["definitions"] = definitions };
    }

    private static JsonObject Query(string name) => new() { ["name"] = name, ["in"] = "query", ["type"] = "string", ["uniqueItems"] = true };

    /// <summary>A schema of version 3 in the words of version 2, which has neither <c>oneOf</c> nor a need for <c>allOf</c> around references.</summary>
    private static JsonObject Schema(JsonObject v3)
    {
        var v2 = new JsonObject();
        foreach (var (key, value) in v3)
        {
            switch (key)
            {
                case "$ref":
                    v2[key] = Reference(value);
                    break;
                case "allOf":
                    v2["$ref"] = Reference(value![0]!["$ref"]);
                    break;
                case "oneOf":
                    // A number or a string: what a client may write as a string.
                    v2["type"] = "string";
                    break;
                case "items" or "additionalProperties":
                    v2[key] = Schema(value!.AsObject());
                    break;
                case "properties":
                    var properties = new JsonObject();
                    foreach (var (name, property) in value!.AsObject())
                    {
                        properties[name] = Schema(property!.AsObject());
                    }

                    v2[key] = properties;
                    break;
                default:
                    v2[key] = value?.DeepClone();
                    break;
            }
        }

        return v2;
    }

    private static string Reference(JsonNode? v3) =>
        v3!.GetValue<string>().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal);
}

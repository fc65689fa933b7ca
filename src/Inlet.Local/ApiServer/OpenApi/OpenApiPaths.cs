using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>The paths of one kind with their operations, as far as clients look into them; alike in both versions of OpenAPI but for parameters.</summary>
internal static class OpenApiPaths
{
    /// <param name="query">A string parameter in the query, as the document's version describes one.</param>
    public static IEnumerable<(string Path, JsonObject Item)> Of(ResourceType type, Func<string, JsonObject> query)
    {
        var collection = Uri.UnescapeDataString(type.Namespaced ? type.Path("{namespace}") : type.Path());
        yield return (collection, new JsonObject
        {
            ["get"] = Operation(type, "list"),
            ["post"] = Operation(type, "post", WriteParameters(query)),
        });
        yield return ($"{collection}/{{name}}", new JsonObject
        {
            ["get"] = Operation(type, "get"),
            ["put"] = Operation(type, "put", WriteParameters(query)),
            ["patch"] = Operation(type, "patch", WriteParameters(query)),
            ["delete"] = Operation(type, "delete"),
        });
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

    /// <summary>By <c>dryRun</c> and <c>fieldValidation</c> clients know that they may ask for them.</summary>
    private static JsonArray WriteParameters(Func<string, JsonObject> query) => [query("dryRun"), query("fieldManager"), query("fieldValidation")];
}

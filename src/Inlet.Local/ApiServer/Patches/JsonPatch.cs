using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>JSON Patch (RFC 6902).</summary>
internal static class JsonPatch
{
    /// <summary>The API server's own limit on operations in one patch.</summary>
    public const int MaximumOperations = 10_000;

    /// <returns>A new object; <paramref name="target"/> is left alone.</returns>
    /// <exception cref="KubernetesApiException">400 for what is no patch, 422 for an operation that does not apply.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
        {
            throw new KubernetesApiException(400, "BadRequest",
                "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        }

        if (operations.Count > MaximumOperations)
        {
            throw new KubernetesApiException(413, "RequestEntityTooLarge",
                $"The allowed maximum operations in a JSON patch is {MaximumOperations}, got {operations.Count}");
        }

        JsonNode? root = target.DeepClone();
        foreach (var node in operations)
        {
            root = ApplyOne(root, node as JsonObject ?? throw Unprocessable("an operation is not an object"));
        }

        return root as JsonObject ?? throw Unprocessable("the patched document is not an object");
    }

    private static JsonNode? ApplyOne(JsonNode? root, JsonObject operation)
    {
        var op = operation.String("op");
        var path = Pointer(operation.String("path"), "path");
        switch (op)
        {
            case "add":
                return Add(root, path, Value(operation));
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                if (path.Length == 0)
                {
                    return Value(operation);
                }

                return Replace(root, path, Value(operation));
            case "copy":
                return Add(root, path, Find(root, Pointer(operation.String("from"), "from"), "copy")?.DeepClone());
            case "move":
                var from = Pointer(operation.String("from"), "from");
                root = Remove(root, from, out var moved);
                return Add(root, path, moved);
            case "test":
                var actual = Find(root, path, "test");
                return JsonNode.DeepEquals(actual, operation["value"])
                    ? root
                    : throw Unprocessable($"testing value {Text(path)} failed: test failed");
            default:
                throw Unprocessable($"Unexpected kind: {op}");
        }
    }

    private static JsonNode? Value(JsonObject operation) => operation.ContainsKey("value")
        ? operation["value"]?.DeepClone()
        : throw Unprocessable($"{operation.String("op")} operation: missing value");

    private static JsonNode? Add(JsonNode? root, string[] path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value;
        }

        switch (Find(root, path[..^1], "add"))
        {
            case JsonObject obj:
                obj[path[^1]] = value;
                break;
            case JsonArray array:
                array.Insert(path[^1] == "-" ? array.Count : Index(path, array.Count + 1, "add"), value);
                break;
            default:
                throw Missing("add", path);
        }

        return root;
    }

    private static JsonNode? Replace(JsonNode? root, string[] path, JsonNode? value)
    {
        switch (Find(root, path[..^1], "replace"))
        {
            case JsonObject obj when obj.ContainsKey(path[^1]):
                obj[path[^1]] = value;
                break;
            case JsonArray array:
                array[Index(path, array.Count, "replace")] = value;
                break;
            default:
                throw Missing("replace", path);
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string[] path, out JsonNode? removed)
    {
        if (path.Length == 0)
        {
            throw Unprocessable("remove operation does not apply: the whole document cannot be removed");
        }

        switch (Find(root, path[..^1], "remove"))
        {
            case JsonObject obj when obj.ContainsKey(path[^1]):
                removed = obj[path[^1]];
                obj.Remove(path[^1]);
                break;
            case JsonArray array:
                var index = Index(path, array.Count, "remove");
                removed = array[index];
                array.RemoveAt(index);
                break;
            default:
                throw Missing("remove", path);
        }

        return root;
    }

    private static JsonNode? Find(JsonNode? node, string[] path, string op)
    {
        foreach (var token in path)
        {
            node = node switch
            {
                JsonObject obj when obj.ContainsKey(token) => obj[token],
                JsonArray array => array[Index(path, token, array.Count, op)],
                _ => throw Missing(op, path),
            };
        }

        return node;
    }

    private static int Index(string[] path, int count, string op) => Index(path, path[^1], count, op);

    /// <summary>RFC 6901: digits without leading zeros.</summary>
    private static int Index(string[] path, string token, int count, string op) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < count && (token.Length == 1 || token[0] != '0')
            ? index
            : throw Missing(op, path);

    private static string[] Pointer(string? pointer, string member)
    {
        if (pointer is null)
        {
            throw Unprocessable($"an operation has no {member}");
        }

        if (pointer.Length == 0)
        {
            return [];
        }

        return pointer[0] == '/'
            ? [.. pointer[1..].Split('/').Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : throw Unprocessable($"{member} {FieldErrors.Quote(pointer)} is no JSON pointer");
    }

    private static string Text(string[] path) => "/" + string.Join('/', path);

    private static KubernetesApiException Missing(string op, string[] path) =>
        Unprocessable($"{op} operation does not apply: doc is missing path: {Text(path)}: missing value");

    private static KubernetesApiException Unprocessable(string message) =>
        new(422, "Invalid", $"the server rejected our request due to an error in our request: {message}");
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>JSON Merge Patch (RFC 7386): null removes, objects merge, everything else replaces.</summary>
internal static class MergePatch
{
    /// <returns>A new object; <paramref name="target"/> is left alone.</returns>
    /// <exception cref="KubernetesApiException">400 when the patch is not an object.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode? patch) =>
        patch is JsonObject obj
            ? Merge(target.DeepClone().AsObject(), obj)
            : throw new KubernetesApiException(400, "BadRequest",
                "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");

    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(key);
                    break;
                case JsonObject nested:
                    // Merging into an empty object also strips the nulls of a patch that adds a whole branch.
                    target[key] = Merge(target[key] is JsonObject existing ? Detach(target, key, existing) : [], nested);
                    break;
                default:
                    target[key] = value.DeepClone();
                    break;
            }
        }

        return target;
    }

    private static JsonObject Detach(JsonObject parent, string key, JsonObject child)
    {
        // A node has one parent; putting the same child back under its key would throw.
        parent[key] = null;
        return child;
    }
}

using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>Merges a list of objects that are told apart by one field (containers by <c>name</c>, Service ports by <c>port</c>).</summary>
internal static class KeyedListMerge
{
    /// <param name="order">The <c>$setElementOrder</c> list: objects that hold the key alone; null leaves new elements at the end.</param>
    public static JsonArray Merge(JsonArray existing, JsonArray patch, JsonArray? order, string key, SchemaMessage message)
    {
        var elements = patch.Select(e => e as JsonObject
            ?? throw StrategicMergePatch.BadRequest($"a list of objects is expected where the elements merge by '{key}'")).ToList();
        if (elements.Any(e => StrategicMergePatch.Directive(e) == "replace"))
        {
            return new JsonArray([.. elements.Where(e => StrategicMergePatch.Directive(e) is null).Select(StrategicMergePatch.Clean)]);
        }

        var merged = existing.OfType<JsonObject>().Select(e => e.DeepClone().AsObject()).ToList();
        foreach (var element in elements)
        {
            var id = element[key] ?? throw MissingKey(element, key);
            var index = merged.FindIndex(e => Same(e[key], id));
            if (StrategicMergePatch.Directive(element) == "delete")
            {
                // Every match: a list may hold a key twice (a port once for TCP, once for UDP).
                merged.RemoveAll(e => Same(e[key], id));
            }
            else if (index >= 0)
            {
                merged[index] = StrategicMergePatch.MergeObject(merged[index], element, message);
            }
            else
            {
                merged.Add(StrategicMergePatch.MergeObject([], element, message));
            }
        }

        if (order is null)
        {
            return new JsonArray([.. merged]);
        }

        List<JsonNode?> wanted = [.. order.Select(o => (o as JsonObject)?[key] ?? throw MissingKey(o, key))];
        foreach (var element in elements)
        {
            if (StrategicMergePatch.Directive(element) != "delete" && !wanted.Any(w => Same(w, element[key])))
            {
                throw StrategicMergePatch.BadRequest(
                    $"the element {element[key]!.ToJsonString()} of the patch is missing in its $setElementOrder list");
            }
        }

        var before = existing.OfType<JsonObject>().Select(e => e[key]).ToList();
        return new JsonArray([.. ListOrder.Apply(merged, e => e[key], wanted, before)]);
    }

    private static bool Same(JsonNode? a, JsonNode? b) => JsonNode.DeepEquals(a, b);

    private static KubernetesApiException MissingKey(JsonNode? element, string key) => new(
        422, "Invalid", $"map: {element?.ToJsonString() ?? "null"} does not contain declared merge key: {key}");
}

using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>Merges a list of scalars as a set (<c>metadata.finalizers</c>).</summary>
internal static class PrimitiveListMerge
{
    /// <param name="deletions">The <c>$deleteFromPrimitiveList</c> values, or null.</param>
    public static JsonArray Merge(JsonArray existing, JsonArray patch, JsonArray? order, JsonArray? deletions)
    {
        var merged = new List<JsonNode?>();
        foreach (var item in existing.Concat(patch))
        {
            if (item is JsonObject or JsonArray)
            {
                throw StrategicMergePatch.BadRequest("a list of scalars cannot take an object or a list");
            }

            if (!Contains(merged, item) && deletions?.Any(d => JsonNode.DeepEquals(d, item)) != true)
            {
                merged.Add(item?.DeepClone());
            }
        }

        return new JsonArray([.. order is null ? merged : ListOrder.Apply(merged, item => item, [.. order], [.. existing])]);
    }

    private static bool Contains(List<JsonNode?> list, JsonNode? item) => list.Any(i => JsonNode.DeepEquals(i, item));
}

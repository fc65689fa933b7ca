using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>
/// Kubernetes' strategic merge patch: a merge patch in which lists may merge too, element by element under the merge key
/// the field table gives, steered by directives inside the patch (<c>$patch</c>, <c>$retainKeys</c>,
/// <c>$setElementOrder/…</c>, <c>$deleteFromPrimitiveList/…</c>).
/// </summary>
internal static class StrategicMergePatch
{
    internal const string PatchDirective = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string SetElementOrder = "$setElementOrder/";
    private const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    /// <param name="schemaMessage">The object's message in the version the patch is written for.</param>
    /// <returns>A new object; <paramref name="target"/> is left alone.</returns>
    /// <exception cref="KubernetesApiException">400 for a directive that is malformed, 422 for a list element without its merge key.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode? patch, string schemaMessage) =>
        patch is JsonObject obj
            ? MergeObject(target.DeepClone().AsObject(), obj, FieldTable.Builtin.Get(schemaMessage))
            : throw BadRequest("error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");

    /// <param name="message">Null below a field the table does not know (a plain map, a raw extension): lists replace there.</param>
    internal static JsonObject MergeObject(JsonObject target, JsonObject patch, SchemaMessage? message)
    {
        switch (Directive(patch))
        {
            case "replace":
                return Clean(patch);
            case "delete":
                return [];
        }

        ApplyRetainKeys(target, patch);
        foreach (var key in TouchedKeys(patch))
        {
            if (!patch.TryGetPropertyValue(key, out var value) || value is JsonArray)
            {
                MergeListField(target, patch, key, message?.ByName(key));
                continue;
            }

            switch (value)
            {
                case null:
                    target.Remove(key);
                    break;
                case JsonObject nested when message?.ByName(key)?.PatchReplaces != true:
                    target[key] = MergeObject(Take(target, key) as JsonObject ?? [], nested, MessageOf(message, key));
                    break;
                case JsonObject nested:
                    target[key] = Clean(nested);
                    break;
                default:
                    target[key] = value.DeepClone();
                    break;
            }
        }

        return target;
    }

    internal static string? Directive(JsonObject patch) => patch[PatchDirective] switch
    {
        null => null,
        JsonValue v when v.GetValueKind() == JsonValueKind.String && v.GetValue<string>() is "replace" or "delete" or "merge" =>
            v.GetValue<string>(),
        var other => throw BadRequest($"unknown patch type '{other}' in map"),
    };

    /// <summary>A copy without directives and nulls: how a part of a patch enters the object.</summary>
    internal static JsonObject Clean(JsonObject patch)
    {
        var result = new JsonObject();
        foreach (var (key, value) in patch)
        {
            if (value is not null && !key.StartsWith('$'))
            {
                result[key] = value switch
                {
                    JsonObject nested => Clean(nested),
                    JsonArray list => new JsonArray([.. list.Select(item => item is JsonObject o ? Clean(o) : item?.DeepClone())]),
                    _ => value.DeepClone(),
                };
            }
        }

        return result;
    }

    internal static KubernetesApiException BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>The fields a patch speaks of, those it only names inside a list directive included.</summary>
    private static List<string> TouchedKeys(JsonObject patch)
    {
        var keys = new List<string>();
        foreach (var (key, _) in patch)
        {
            var field = key.StartsWith(SetElementOrder, StringComparison.Ordinal) ? key[SetElementOrder.Length..]
                : key.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal) ? key[DeleteFromPrimitiveList.Length..]
                : key is PatchDirective or RetainKeys ? null
                : key;
            if (field is not null && !keys.Contains(field))
            {
                keys.Add(field);
            }
        }

        return keys;
    }

    private static void MergeListField(JsonObject target, JsonObject patch, string key, SchemaField? field)
    {
        var items = patch[key] as JsonArray;
        var order = DirectiveList(patch, SetElementOrder + key);
        var deletions = DirectiveList(patch, DeleteFromPrimitiveList + key);
        if (field is not { Shape: FieldShape.List, PatchMerges: true })
        {
            if (items is not null)
            {
                target[key] = new JsonArray([.. items.Select(item => item is JsonObject o ? Clean(o) : item?.DeepClone())]);
            }

            return;
        }

        var existing = Take(target, key) as JsonArray ?? [];
        target[key] = field.PatchMergeKey is { } mergeKey
            ? KeyedListMerge.Merge(existing, items ?? [], order, mergeKey, FieldTable.Builtin.Get(field.MessageName!))
            : PrimitiveListMerge.Merge(existing, items ?? [], order, deletions);
    }

    private static void ApplyRetainKeys(JsonObject target, JsonObject patch)
    {
        if (DirectiveList(patch, RetainKeys) is not { } retain)
        {
            return;
        }

        var kept = retain.Select(k => k?.ToString()).ToHashSet();
        foreach (var (key, value) in patch)
        {
            if (value is not null && !key.StartsWith('$') && !kept.Contains(key))
            {
                throw BadRequest($"$retainKeys list does not contain the key '{key}' that the patch sets");
            }
        }

        foreach (var key in target.Select(p => p.Key).Where(k => !kept.Contains(k)).ToList())
        {
            target.Remove(key);
        }
    }

    private static JsonArray? DirectiveList(JsonObject patch, string key) =>
        !patch.TryGetPropertyValue(key, out var value) ? null
            : value as JsonArray ?? throw BadRequest($"the value of {key} must be a list");

    private static SchemaMessage? MessageOf(SchemaMessage? message, string key) =>
        message?.ByName(key) is { Kind: FieldKind.Message, Shape: FieldShape.Single } field ? FieldTable.Builtin.Get(field.MessageName!) : null;

    private static JsonNode? Take(JsonObject obj, string key)
    {
        var value = obj[key];
        obj.Remove(key);
        return value;
    }
}

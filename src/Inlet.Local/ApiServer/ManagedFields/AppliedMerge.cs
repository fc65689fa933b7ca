using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>The two steps by which a configuration enters the live object: what it sets is merged in, what it no longer sets is taken out.</summary>
internal static class AppliedMerge
{
    /// <summary>A new tree; neither argument changes.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? config, FieldType type)
    {
        switch (type.Form, live, config)
        {
            case (FieldForm.Struct or FieldForm.Map, JsonObject a, JsonObject b):
                var merged = a.DeepClone().AsObject();
                foreach (var (name, value) in b)
                {
                    // What the type does not know (apiVersion, kind) is a leaf.
                    merged[name] = Merge(a[name], value, type.Part(name) ?? default);
                }

                return merged;
            case (FieldForm.KeyedList, JsonArray a, JsonArray b):
                return MergeLists(a, b, type, (x, y) => Merge(x, y, type.Element));
            case (FieldForm.SetList, JsonArray a, JsonArray b):
                return MergeLists(a, b, type, (_, y) => y?.DeepClone());
            default:
                return config?.DeepClone();
        }
    }

    /// <summary>Removes from <paramref name="value"/> what was applied and is not kept, with everything below it.</summary>
    /// <param name="kept">Every field somebody owns now; null below what nobody owns.</param>
    public static void Prune(JsonNode? value, FieldSet applied, FieldSet? kept, FieldType type)
    {
        foreach (var (name, part) in applied.Parts)
        {
            var keptPart = kept?.Find(name);
            switch (value)
            {
                case JsonObject obj when type.Part(name[2..]) is { } partType:
                    if (keptPart is null)
                    {
                        obj.Remove(name[2..]);
                    }
                    else
                    {
                        Prune(obj[name[2..]], part, keptPart, partType);
                    }

                    break;
                case JsonArray list when type.Form is FieldForm.KeyedList or FieldForm.SetList
                    && FieldTrees.ByName(list, type).TryGetValue(name, out var element):
                    if (keptPart is null)
                    {
                        list.Remove(element);
                    }
                    else
                    {
                        Prune(element, part, keptPart, type.Element);
                    }

                    break;
            }
        }
    }

    /// <summary>
    /// The configuration's elements in its order; what only the live list has keeps its place among its neighbours as far
    /// as that order allows.
    /// </summary>
    private static JsonArray MergeLists(JsonArray live, JsonArray config, FieldType type, Func<JsonNode?, JsonNode?, JsonNode?> merge)
    {
        var liveElements = FieldTrees.ByName(live, type);
        var configElements = FieldTrees.ByName(config, type);
        var rest = new Queue<JsonNode?>(live);
        var result = new JsonArray();
        foreach (var (name, element) in configElements)
        {
            MoveUnapplied(rest, result, type, configElements);
            result.Add(merge(liveElements.GetValueOrDefault(name), element));
            if (rest.TryPeek(out var next) && type.ElementName(next) == name)
            {
                rest.Dequeue();
            }
        }

        MoveUnapplied(rest, result, type, configElements, toEnd: true);
        return result;
    }

    private static void MoveUnapplied(Queue<JsonNode?> rest, JsonArray result, FieldType type, Dictionary<string, JsonNode?> config, bool toEnd = false)
    {
        while (rest.TryPeek(out var next))
        {
            var isApplied = type.ElementName(next) is { } name && config.ContainsKey(name);
            if (!isApplied)
            {
                result.Add(next?.DeepClone());
            }
            else if (!toEnd)
            {
                return;
            }

            rest.Dequeue();
        }
    }
}

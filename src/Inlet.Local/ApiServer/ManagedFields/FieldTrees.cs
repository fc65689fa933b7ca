using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>Objects to field sets: all fields of one, and what differs between two.</summary>
internal static class FieldTrees
{
    /// <summary>Every field the object sets.</summary>
    public static FieldSet SetOf(JsonNode? value, FieldType type)
    {
        var set = new FieldSet();
        AddAll(set, value, type);
        return set;
    }

    /// <summary>What one object has otherwise than the other.</summary>
    public static Difference Compare(JsonObject old, JsonObject obj, FieldType type)
    {
        var difference = new Difference(new(), new());
        Compare(old, obj, type, difference);
        return difference;
    }

    /// <summary>The elements of a list by the names sets give them; of two with one name the first.</summary>
    public static Dictionary<string, JsonNode?> ByName(JsonArray list, FieldType type)
    {
        var elements = new Dictionary<string, JsonNode?>(list.Count, StringComparer.Ordinal);
        foreach (var element in list)
        {
            if (type.ElementName(element) is { } name)
            {
                elements.TryAdd(name, element);
            }
        }

        return elements;
    }

    private static void AddAll(FieldSet set, JsonNode? value, FieldType type)
    {
        switch (type.Form, value)
        {
            case (FieldForm.Struct or FieldForm.Map, JsonObject { Count: > 0 } obj):
                foreach (var (name, part) in obj)
                {
                    if (type.Part(name) is { } partType)
                    {
                        var element = set.GetOrAdd($"f:{name}");
                        // A map's entries are members of their own, whatever they hold; a struct's fields only by what is in them.
                        element.IsMember = type.Form == FieldForm.Map;
                        AddAll(element, part, partType);
                    }
                }

                break;
            case (FieldForm.KeyedList or FieldForm.SetList, JsonArray { Count: > 0 } list):
                foreach (var (name, element) in ByName(list, type))
                {
                    var part = set.GetOrAdd(name);
                    part.IsMember = true;
                    if (type.Form == FieldForm.KeyedList)
                    {
                        AddAll(part, element, type.Element);
                    }
                }

                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void Compare(JsonNode? old, JsonNode? value, FieldType type, Difference difference)
    {
        switch (type.Form, old, value)
        {
            case (FieldForm.Struct or FieldForm.Map, JsonObject { Count: > 0 } a, JsonObject { Count: > 0 } b):
                foreach (var name in a.Select(p => p.Key).Union(b.Select(p => p.Key)))
                {
                    if (type.Part(name) is { } part)
                    {
                        ComparePart($"f:{name}", a.ContainsKey(name), a[name], b.ContainsKey(name), b[name], part, difference, type.Form == FieldForm.Map);
                    }
                }

                break;
            case (FieldForm.KeyedList or FieldForm.SetList, JsonArray { Count: > 0 } a, JsonArray { Count: > 0 } b):
                var before = ByName(a, type);
                var after = ByName(b, type);
                foreach (var name in before.Keys.Union(after.Keys))
                {
                    var had = before.TryGetValue(name, out var oldElement);
                    var has = after.TryGetValue(name, out var element);
                    ComparePart(name, had, oldElement, has, element, type.Form == FieldForm.KeyedList ? type.Element : default, difference, isElement: true);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(old, value))
                {
                    AddAll(difference.Changed, value, type);
                    if (type.Form != FieldForm.Leaf)
                    {
                        // Emptied, or filled for the first time: none of the old parts is there any more.
                        AddAll(difference.Removed, old, type);
                    }
                }

                break;
        }
    }

    /// <param name="isElement">A list's element or a map's entry: a member itself.</param>
    private static void ComparePart(
        string name, bool had, JsonNode? old, bool has, JsonNode? value, FieldType type, Difference difference, bool isElement)
    {
        if (had && has)
        {
            var part = new Difference(difference.Changed.GetOrAdd(name), difference.Removed.GetOrAdd(name));
            Compare(old, value, type, part);
            DropEmpty(difference.Changed, name);
            DropEmpty(difference.Removed, name);
            return;
        }

        var target = (has ? difference.Changed : difference.Removed).GetOrAdd(name);
        target.IsMember = isElement;
        AddAll(target, has ? value : old, type);
    }

    private static void DropEmpty(FieldSet set, string name)
    {
        if (set.Find(name) is { IsEmpty: true })
        {
            set.Remove(name);
        }
    }
}

/// <param name="Changed">Added, or of another value.</param>
internal sealed record Difference(FieldSet Changed, FieldSet Removed)
{
    public bool IsNone => Changed.IsEmpty && Removed.IsEmpty;
}

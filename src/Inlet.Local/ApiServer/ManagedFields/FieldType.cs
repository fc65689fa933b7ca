using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.ManagedFields;

internal enum FieldForm
{
    /// <summary>Owned as a whole: a scalar, an atomic list, map or struct.</summary>
    Leaf,

    Struct,
    Map,

    /// <summary>A list whose elements are told apart by some of their fields.</summary>
    KeyedList,

    /// <summary>A list of scalars, each once.</summary>
    SetList,
}

/// <summary>How ownership divides a value, from the field table.</summary>
internal readonly record struct FieldType(FieldForm Form, SchemaMessage? Message = null, SchemaField? Field = null)
{
    private static readonly FieldType Leaf = new(FieldForm.Leaf);

    /// <param name="schemaMessage">Full message name of a kind.</param>
    public static FieldType OfKind(string schemaMessage) => new(FieldForm.Struct, FieldTable.Builtin.Get(schemaMessage));

    /// <summary>The type of a part, by its name in the object.</summary>
    /// <returns>Null for what the message does not have: <c>apiVersion</c> and <c>kind</c>.</returns>
    public FieldType? Part(string name) => Form switch
    {
        FieldForm.Struct => Message!.ByName(name) is { } field ? Of(field) : null,
        FieldForm.Map => Element,
        _ => null,
    };

    /// <summary>The type of each element of a list or value of a map.</summary>
    public FieldType Element => Field!.Kind == FieldKind.Message ? new(FieldForm.Struct, FieldTable.Builtin.Get(Field.MessageName!)) : Leaf;

    /// <summary>How a set names a list's element; null for an element that is not what the list holds.</summary>
    public string? ElementName(JsonNode? element)
    {
        if (Form == FieldForm.SetList)
        {
            return $"v:{element?.ToJsonString() ?? "null"}";
        }

        if (element is not JsonObject obj)
        {
            return null;
        }

        var key = new JsonObject();
        foreach (var name in Field!.ListMapKeys.Order(StringComparer.Ordinal))
        {
            key[name] = obj[name]?.DeepClone() ?? KeyDefault(name);
        }

        return $"k:{key.ToJsonString()}";
    }

    private static FieldType Of(SchemaField field) => field switch
    {
        { Shape: FieldShape.Single, Kind: FieldKind.Message, IsAtomic: false } =>
            new(FieldForm.Struct, FieldTable.Builtin.Get(field.MessageName!)),
        { Shape: FieldShape.Map, IsAtomic: false } => new(FieldForm.Map, Field: field),
        { Shape: FieldShape.List, ListType: "map" } => new(FieldForm.KeyedList, Field: field),
        { Shape: FieldShape.List, ListType: "set" } => new(FieldForm.SetList, Field: field),
        _ => Leaf,
    };

    /// <summary>The one part of a key that has a default: ports leave TCP out.</summary>
    private static JsonValue? KeyDefault(string name) => name == "protocol" ? JsonValue.Create("TCP") : null;
}

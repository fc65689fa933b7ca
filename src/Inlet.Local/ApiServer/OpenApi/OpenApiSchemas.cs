using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>The <c>components.schemas</c> of one document: every message its kinds reach, under Kubernetes' own names.</summary>
internal sealed class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);
    private readonly HashSet<string> _added = [];

    public static JsonObject GroupVersionKind(ResourceType type) => new()
    {
        ["group"] = type.Group,
        ["version"] = type.Version,
        ["kind"] = type.Kind,
    };

    public void AddKind(ResourceType type, string messageName)
    {
        Add(messageName);
        var schema = _schemas[SchemaName(messageName)];
        var properties = schema["properties"]!.AsObject();
        properties.Insert(0, "apiVersion", new JsonObject { ["type"] = "string" });
        properties.Insert(1, "kind", new JsonObject { ["type"] = "string" });
        schema["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(type));
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (name, schema) in _schemas)
        {
            json[name] = schema;
        }

        return json;
    }

    /// <summary><c>k8s.io.api.core.v1.Pod</c> → <c>io.k8s.api.core.v1.Pod</c>.</summary>
    private static string SchemaName(string messageName) => $"io.k8s.{messageName["k8s.io.".Length..]}";

    private void Add(string messageName)
    {
        if (!_added.Add(messageName))
        {
            return;
        }

        var properties = new JsonObject();
        _schemas[SchemaName(messageName)] = new JsonObject { ["type"] = "object", ["properties"] = properties };
        foreach (var field in FieldTable.Builtin.Get(messageName).JsonFields)
        {
            properties[field.Name] = Property(field);
        }
    }

    private JsonObject Property(SchemaField field)
    {
        var property = field.Shape switch
        {
            FieldShape.List => new JsonObject { ["type"] = "array", ["items"] = Value(field) },
            FieldShape.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(field) },
            _ => Value(field),
        };
        List<string> strategies =
        [
            .. field.PatchMerges ? ["merge"] : (string[])[],
            .. field.PatchRetainsKeys ? ["retainKeys"] : (string[])[],
            .. field.PatchReplaces ? ["replace"] : (string[])[],
        ];
        if (strategies.Count > 0)
        {
            // Extensions beside a $ref would be ignored: the reference moves into allOf.
            if (property.ContainsKey("$ref"))
            {
                property = new JsonObject { ["allOf"] = new JsonArray(property) };
            }

            property["x-kubernetes-patch-strategy"] = string.Join(',', strategies);
        }

        Extension(property, "x-kubernetes-patch-merge-key", field.PatchMergeKey);
        Extension(property, "x-kubernetes-list-type", field.ListType);
        if (field.ListMapKeys.Count > 0)
        {
            property["x-kubernetes-list-map-keys"] = new JsonArray([.. field.ListMapKeys.Select(k => (JsonNode)k)]);
        }

        return property;
    }

    private static void Extension(JsonObject property, string name, string? value)
    {
        if (value is not null)
        {
            property[name] = value;
        }
    }

    private JsonObject Value(SchemaField field)
    {
        switch (field.Kind)
        {
            case FieldKind.Message:
                Add(field.MessageName!);
                return new JsonObject { ["$ref"] = $"#/components/schemas/{SchemaName(field.MessageName!)}" };
            case FieldKind.Int32:
                return Typed("integer", "int32");
            case FieldKind.Int64:
                return Typed("integer", "int64");
            case FieldKind.Bool:
                return Typed("boolean");
            case FieldKind.Double:
                return Typed("number", "double");
            case FieldKind.Bytes:
                return Typed("string", "byte");
            case FieldKind.IntOrString:
                return new JsonObject { ["oneOf"] = new JsonArray(Typed("integer"), Typed("string")), ["format"] = "int-or-string" };
            case FieldKind.Quantity:
                return new JsonObject { ["oneOf"] = new JsonArray(Typed("string"), Typed("number")) };
            case FieldKind.Time or FieldKind.MicroTime:
                return Typed("string", "date-time");
            case FieldKind.FieldsV1 or FieldKind.Raw:
                return Typed("object");
            case FieldKind.StringList:
                return new JsonObject { ["type"] = "array", ["items"] = Typed("string") };
            default:
                return Typed("string");
        }
    }

    private static JsonObject Typed(string type, string? format = null)
    {
        var value = new JsonObject { ["type"] = type };
        Extension(value, "format", format);
        return value;
    }
}

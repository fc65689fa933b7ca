using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>Readers for untyped Kubernetes objects. A missing field, or one of another JSON type, reads as null.</summary>
public static class JsonObjectExtensions
{
    public static JsonObject? Metadata(this JsonObject obj) => obj["metadata"] as JsonObject;

    public static string Name(this JsonObject obj) => obj.Metadata().String("name") ?? "";

    public static string Namespace(this JsonObject obj) => obj.Metadata().String("namespace") ?? "";

    public static string Uid(this JsonObject obj) => obj.Metadata().String("uid") ?? "";

    public static string ResourceVersion(this JsonObject obj) => obj.Metadata().String("resourceVersion") ?? "";

    public static bool IsBeingDeleted(this JsonObject obj) => obj.Metadata().String("deletionTimestamp") is not null;

    public static JsonObject? Labels(this JsonObject obj) => obj.Metadata().Object("labels");

    public static JsonObject? Annotations(this JsonObject obj) => obj.Metadata().Object("annotations");

    public static JsonObject? Object(this JsonObject? obj, string key) => obj?[key] as JsonObject;

    public static JsonArray? Array(this JsonObject? obj, string key) => obj?[key] as JsonArray;

    /// <summary>The objects of an array; other elements are skipped.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject? obj, string key) => obj.Array(key)?.OfType<JsonObject>() ?? [];

    public static string? String(this JsonObject? obj, string key) =>
        obj?[key] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? Boolean(this JsonObject? obj, string key) =>
        obj?[key] is JsonValue value && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? obj[key]!.GetValue<bool>()
            : null;

    public static long? Integer(this JsonObject? obj, string key) =>
        obj?[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number)
            ? number
            : null;

    /// <summary>The object at <paramref name="key"/>, created when missing.</summary>
    public static JsonObject GetOrAddObject(this JsonObject obj, string key)
    {
        if (obj[key] is JsonObject existing)
        {
            return existing;
        }

        var created = new JsonObject();
        obj[key] = created;
        return created;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>
/// JSON text to nodes, noting repeated keys (the last wins, as in Go). <c>JsonNode.Parse</c> will not do: it throws on a
/// repeated key only when the object is first touched, far from the request that brought it.
/// </summary>
internal static class StrictJson
{
    /// <summary>Deep enough for any real object; bounds the recursion of everything that walks the result.</summary>
    public const int MaximumDepth = 100;

    /// <param name="duplicates">Paths of repeated keys: <c>spec.replicas</c>.</param>
    /// <exception cref="JsonException">Not JSON, deeper than <see cref="MaximumDepth"/>, or followed by more text.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, out List<string> duplicates)
    {
        duplicates = [];
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        var node = ReadValue(ref reader, "", duplicates);
        // Reads to the end: trailing text throws here.
        while (reader.Read())
        {
        }

        return node;
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, string path, List<string> duplicates)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var obj = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = ReadString(ref reader);
                    var childPath = path.Length == 0 ? key : $"{path}.{key}";
                    reader.Read();
                    var value = ReadValue(ref reader, childPath, duplicates);
                    if (obj.ContainsKey(key))
                    {
                        duplicates.Add(childPath);
                    }

                    obj[key] = value;
                }

                return obj;
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Add(ReadValue(ref reader, $"{path}[{array.Count}]", duplicates));
                }

                return array;
            case JsonTokenType.String:
                return JsonValue.Create(ReadString(ref reader));
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }

    private static string ReadString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // A lone surrogate or bytes that are no UTF-8.
            throw new JsonException("invalid text in a string: " + e.Message, e);
        }
    }

    private static JsonValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer))
        {
            return JsonValue.Create(integer);
        }

        return reader.TryGetDouble(out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : throw new JsonException("a number is out of range");
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>JSON documents, one after the other, with positions and without duplicate keys.</summary>
internal static class JsonDocuments
{
    private const int MaxDepth = 256;

    public static IReadOnlyList<ParsedDocument> Parse(string text, string file)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = MaxDepth });
        var documents = new List<ParsedDocument>();
        try
        {
            while (reader.Read())
            {
                var document = new ParsedDocument(file, Position(bytes, reader.TokenStartIndex));
                document.Root = ReadNode(ref reader, bytes, document);
                documents.Add(document);
            }
        }
        catch (JsonException exception)
        {
            var line = (int)(exception.LineNumber ?? 0) + 1;
            throw new ManifestException(file, line, Column(bytes, line, (int)(exception.BytePositionInLine ?? 0)), Problem(exception), exception);
        }

        return documents;
    }

    private static JsonNode? ReadNode(ref Utf8JsonReader reader, byte[] bytes, ParsedDocument document)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, bytes, document);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                document.Place(array, Position(bytes, reader.TokenStartIndex));
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    array.Add(ReadNode(ref reader, bytes, document));
                }

                return array;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonValue.Create(reader.GetDouble());
            default:
                return null;
        }
    }

    private static JsonObject ReadObject(ref Utf8JsonReader reader, byte[] bytes, ParsedDocument document)
    {
        var obj = new JsonObject();
        document.Place(obj, Position(bytes, reader.TokenStartIndex));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            if (obj.ContainsKey(key))
            {
                var (line, column) = Position(bytes, reader.TokenStartIndex);
                throw new ManifestException(document.File, line, column, $"the key \"{key}\" occurs twice in this object");
            }

            reader.Read();
            obj[key] = ReadNode(ref reader, bytes, document);
        }

        return obj;
    }

    private static (int Line, int Column) Position(byte[] bytes, long offset)
    {
        var before = bytes.AsSpan(0, (int)offset);
        var line = before.Count((byte)'\n') + 1;
        return (line, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
    }

    private static int Column(byte[] bytes, int line, int bytesInLine)
    {
        var rest = bytes.AsSpan();
        for (var skipped = 1; skipped < line; skipped++)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        }

        return Encoding.UTF8.GetCharCount(rest[..Math.Min(bytesInLine, rest.Length)]) + 1;
    }

    // The reader's message ends in its own, zero-based position.
    private static string Problem(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }
}

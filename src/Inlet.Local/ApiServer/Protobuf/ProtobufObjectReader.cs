using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.Protobuf;

/// <summary>
/// Kubernetes' protobuf bodies (<c>application/vnd.kubernetes.protobuf</c>) to the JSON form: the magic <c>k8s\0</c>, a
/// <c>runtime.Unknown</c> that names the kind, and the kind's message inside. kubectl 1.32 and later creates with these.
/// </summary>
internal static class ProtobufObjectReader
{
    private const int MaximumDepth = StrictJson.MaximumDepth;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <param name="schemaMessage">The message of an apiVersion and kind, or null when the server does not know it.</param>
    /// <returns>An object with <c>apiVersion</c> and <c>kind</c> first.</returns>
    /// <exception cref="ProtobufFormatException">Anything that is not a whole, well-formed body of a known kind.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> body, Func<string, string, string?> schemaMessage)
    {
        if (!body.StartsWith(Magic))
        {
            throw new ProtobufFormatException("it does not start with the bytes 6b 38 73 00 (\"k8s\\0\")");
        }

        string apiVersion = "", kind = "";
        ReadOnlySpan<byte> raw = default;
        var reader = new ProtobufReader(body[Magic.Length..]);
        while (!reader.AtEnd)
        {
            var (field, type) = reader.ReadTag();
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    (apiVersion, kind) = ReadTypeMeta(reader.ReadBytes());
                    break;
                case (2, WireType.Bytes):
                    raw = reader.ReadBytes();
                    break;
                case (3, WireType.Bytes):
                    var encoding = Text(reader.ReadBytes());
                    if (encoding.Length > 0)
                    {
                        throw new ProtobufFormatException($"contentEncoding '{encoding}' is not supported");
                    }

                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        var message = schemaMessage(apiVersion, kind) is { } name
            ? FieldTable.Builtin.Get(name)
            : throw new ProtobufFormatException($"no kind \"{kind}\" is registered for version \"{apiVersion}\"");
        var obj = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(raw, message, obj, depth: 1);
        return obj;
    }

    private static (string ApiVersion, string Kind) ReadTypeMeta(ReadOnlySpan<byte> data)
    {
        string apiVersion = "", kind = "";
        var reader = new ProtobufReader(data);
        while (!reader.AtEnd)
        {
            var (field, type) = reader.ReadTag();
            switch (field, type)
            {
                case (1, WireType.Bytes):
                    apiVersion = Text(reader.ReadBytes());
                    break;
                case (2, WireType.Bytes):
                    kind = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return (apiVersion, kind);
    }

    private static void ReadMessage(ReadOnlySpan<byte> data, SchemaMessage message, JsonObject target, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ProtobufFormatException($"messages are nested deeper than {MaximumDepth}");
        }

        var reader = new ProtobufReader(data);
        while (!reader.AtEnd)
        {
            var (number, type) = reader.ReadTag();
            if (message.ByNumber(number) is not { } field)
            {
                // A field of a newer Kubernetes: as any protobuf reader does, go over it.
                reader.Skip(type);
                continue;
            }

            switch (field.Shape)
            {
                case FieldShape.Map:
                    ReadMapEntry(Bytes(ref reader, type, field), field, target.GetOrAddObject(field.Name), depth);
                    break;
                case FieldShape.List:
                    ReadListItem(ref reader, type, field, List(target, field.Name), depth);
                    break;
                default:
                    if (field.IsInline)
                    {
                        ReadMessage(Bytes(ref reader, type, field), FieldTable.Builtin.Get(field.MessageName!), target, depth + 1);
                    }
                    else if (ReadValue(ref reader, type, field, depth) is { } value && (field.IsOptional || !IsZero(value)))
                    {
                        target[field.Name] = value;
                    }

                    break;
            }
        }
    }

    private static void ReadMapEntry(ReadOnlySpan<byte> data, SchemaField field, JsonObject map, int depth)
    {
        var key = "";
        JsonNode? value = null;
        var reader = new ProtobufReader(data);
        while (!reader.AtEnd)
        {
            var (number, type) = reader.ReadTag();
            switch (number)
            {
                case 1:
                    key = Text(Bytes(ref reader, type, field));
                    break;
                case 2:
                    value = ReadValue(ref reader, type, field, depth);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        map[key] = value ?? field.Kind switch
        {
            FieldKind.String or FieldKind.Bytes => "",
            FieldKind.Quantity => "0",
            FieldKind.StringList => new JsonArray(),
            _ => new JsonObject(),
        };
    }

    private static void ReadListItem(ref ProtobufReader reader, WireType type, SchemaField field, JsonArray list, int depth)
    {
        if (type == WireType.Bytes && field.Kind is FieldKind.Int32 or FieldKind.Int64 or FieldKind.Bool)
        {
            // Packed scalars: one length-delimited run of varints.
            var packed = new ProtobufReader(reader.ReadBytes());
            while (!packed.AtEnd)
            {
                list.Add(ReadValue(ref packed, WireType.Varint, field, depth));
            }

            return;
        }

        list.Add(ReadValue(ref reader, type, field, depth));
    }

    /// <returns>Null for a value that JSON leaves out: a zero time.</returns>
    private static JsonNode? ReadValue(ref ProtobufReader reader, WireType type, SchemaField field, int depth)
    {
        switch (field.Kind)
        {
            case FieldKind.String:
                return Text(Bytes(ref reader, type, field));
            case FieldKind.Bytes:
                return Convert.ToBase64String(Bytes(ref reader, type, field));
            case FieldKind.Int32:
                return (int)(long)Varint(ref reader, type, field);
            case FieldKind.Int64:
                return (long)Varint(ref reader, type, field);
            case FieldKind.Bool:
                return Varint(ref reader, type, field) != 0;
            case FieldKind.Double when type == WireType.Fixed64:
                var number = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                return double.IsFinite(number) ? number : throw new ProtobufFormatException($"field '{field.Name}' is not a finite number");
            case FieldKind.Double:
                throw WrongType(field);
            case FieldKind.Message:
                var obj = new JsonObject();
                ReadMessage(Bytes(ref reader, type, field), FieldTable.Builtin.Get(field.MessageName!), obj, depth + 1);
                return obj;
            default:
                return ReadSpecial(Bytes(ref reader, type, field), field);
        }
    }

    private static JsonNode? ReadSpecial(ReadOnlySpan<byte> data, SchemaField field)
    {
        var parts = Parts.Read(data);
        return field.Kind switch
        {
            FieldKind.IntOrString => parts.First == 1 ? JsonValue.Create(parts.Third) : JsonValue.Create((int)parts.Second),
            FieldKind.Quantity => parts.Text is { Length: > 0 } text ? text : "0",
            FieldKind.Time => FromUnix(parts, field) is { } time ? Timestamps.Format(time) : null,
            FieldKind.MicroTime => FromUnix(parts, field) is { } time ? Timestamps.FormatMicro(time) : null,
            FieldKind.Duration => GoDuration.Format(parts.First),
            FieldKind.FieldsV1 or FieldKind.Raw => Embedded(parts.Bytes, field),
            _ => new JsonArray([.. parts.Texts.Select(t => (JsonNode)t)]),
        };
    }

    /// <summary>The zero time of Go (year 1, or an empty message) is no time at all.</summary>
    private static DateTimeOffset? FromUnix(Parts parts, SchemaField field)
    {
        const long GoZeroSeconds = -62_135_596_800;
        if ((parts.First == 0 && parts.Second == 0) || parts.First == GoZeroSeconds)
        {
            return null;
        }

        if (parts.First is < GoZeroSeconds or > 253_402_300_799 || parts.Second is < 0 or > 999_999_999)
        {
            throw new ProtobufFormatException($"field '{field.Name}' is no time");
        }

        return DateTimeOffset.FromUnixTimeSeconds(parts.First).AddTicks(parts.Second / 100);
    }

    private static JsonNode? Embedded(byte[]? json, SchemaField field)
    {
        if (json is not { Length: > 0 })
        {
            return null;
        }

        try
        {
            return StrictJson.Parse(json, out _);
        }
        catch (JsonException e)
        {
            throw new ProtobufFormatException($"field '{field.Name}' does not hold JSON: {e.Message}");
        }
    }

    private static bool IsZero(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>().Length == 0,
        JsonValueKind.Number => value.ToJsonString() == "0",
        JsonValueKind.False => true,
        _ => false,
    };

    private static JsonArray List(JsonObject target, string name)
    {
        if (target[name] is JsonArray existing)
        {
            return existing;
        }

        var created = new JsonArray();
        target[name] = created;
        return created;
    }

    private static ReadOnlySpan<byte> Bytes(ref ProtobufReader reader, WireType type, SchemaField field) =>
        type == WireType.Bytes ? reader.ReadBytes() : throw WrongType(field);

    private static ulong Varint(ref ProtobufReader reader, WireType type, SchemaField field) =>
        type == WireType.Varint ? reader.ReadVarint() : throw WrongType(field);

    private static ProtobufFormatException WrongType(SchemaField field) => new($"field '{field.Name}' has another type");

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Utf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new ProtobufFormatException("a string is not UTF-8");
        }
    }

    /// <summary>The small messages behind the special JSON forms all have up to three fields of known wire types.</summary>
    private readonly record struct Parts(long First, long Second, string? Text, string Third, byte[]? Bytes, IReadOnlyList<string> Texts)
    {
        public static Parts Read(ReadOnlySpan<byte> data)
        {
            long first = 0, second = 0;
            var third = "";
            byte[]? bytes = null;
            List<string>? texts = null;
            var reader = new ProtobufReader(data);
            while (!reader.AtEnd)
            {
                var (number, type) = reader.ReadTag();
                switch (number, type)
                {
                    case (1, WireType.Varint):
                        first = (long)reader.ReadVarint();
                        break;
                    case (2, WireType.Varint):
                        second = (long)reader.ReadVarint();
                        break;
                    case (1, WireType.Bytes):
                        bytes = reader.ReadBytes().ToArray();
                        (texts ??= []).Add(Encoding.UTF8.GetString(bytes));
                        break;
                    case (3, WireType.Bytes):
                        third = ProtobufObjectReader.Text(reader.ReadBytes());
                        break;
                    default:
                        reader.Skip(type);
                        break;
                }
            }

            return new Parts(first, second, texts?[^1], third, bytes, texts ?? []);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>
/// Brings an object into the form a typed decoder would leave: fields the message does not have are dropped (and named),
/// nulls are dropped, times and quantities take their canonical spelling, and a value of another type is an error. After
/// it, everything downstream may rely on the types.
/// </summary>
internal sealed class ObjectDecoder
{
    private readonly FieldTable _table = FieldTable.Builtin;
    private readonly List<string> _unknown = [];

    private ObjectDecoder()
    {
    }

    /// <summary>Changes <paramref name="obj"/> in place.</summary>
    /// <returns>Paths of the fields that do not exist, in order: <c>spec.containers[0].foo</c>.</returns>
    /// <exception cref="SchemaException">A value has another type than its field, worded as Go's JSON decoder does.</exception>
    public static IReadOnlyList<string> Decode(JsonObject obj, string messageName)
    {
        var decoder = new ObjectDecoder();
        decoder.Message(obj, decoder._table.Get(messageName), "", "", isRoot: true);
        return decoder._unknown;
    }

    private void Message(JsonObject obj, SchemaMessage message, string path, string goPath, bool isRoot = false)
    {
        foreach (var (key, value) in obj.ToList())
        {
            if (isRoot && key is "apiVersion" or "kind")
            {
                continue;
            }

            if (message.ByName(key) is not { } field)
            {
                _unknown.Add(Append(path, key));
                obj.Remove(key);
                continue;
            }

            if (value is null)
            {
                obj.Remove(key);
                continue;
            }

            var place = new Place(message, Append(path, key), Append(goPath, key));
            var decoded = Field(value, field, place);
            if (!ReferenceEquals(decoded, value))
            {
                obj[key] = decoded;
            }
        }
    }

    private JsonNode Field(JsonNode value, SchemaField field, Place place)
    {
        switch (field.Shape)
        {
            case FieldShape.Single:
                return Value(value, field, place);
            case FieldShape.List:
                if (value is not JsonArray array)
                {
                    throw place.Mismatch(value, "[]" + GoType(field));
                }

                for (var i = 0; i < array.Count; i++)
                {
                    var item = array[i] ?? throw place.Mismatch((JsonNode?)null, GoType(field));
                    var decoded = Value(item, field, place with { Path = $"{place.Path}[{i.ToString(CultureInfo.InvariantCulture)}]" });
                    if (!ReferenceEquals(decoded, item))
                    {
                        array[i] = decoded;
                    }
                }

                return array;
            default:
                if (value is not JsonObject map)
                {
                    throw place.Mismatch(value, "map[string]" + GoType(field));
                }

                foreach (var (key, entry) in map.ToList())
                {
                    // Go reads a null entry as the zero value: for strings that is what people mean by `key:` in YAML.
                    var item = entry ?? (field.Kind is FieldKind.String or FieldKind.Bytes ? "" : throw place.Mismatch((JsonNode?)null, GoType(field)));
                    var decoded = Value(item, field, place with { Path = $"{place.Path}.{key}" });
                    if (!ReferenceEquals(decoded, entry))
                    {
                        map[key] = decoded;
                    }
                }

                return map;
        }
    }

    private JsonNode Value(JsonNode value, SchemaField field, Place place)
    {
        var kind = value.GetValueKind();
        switch (field.Kind)
        {
            case FieldKind.Message when value is JsonObject obj:
                Message(obj, _table.Get(field.MessageName!), place.Path, place.GoPath);
                return value;
            case FieldKind.String when kind == JsonValueKind.String:
            case FieldKind.Bool when kind is JsonValueKind.True or JsonValueKind.False:
            case FieldKind.Double when kind == JsonValueKind.Number:
            case FieldKind.FieldsV1 when kind == JsonValueKind.Object:
            case FieldKind.Raw:
                return value;
            case FieldKind.Int32 or FieldKind.Int64 when kind == JsonValueKind.Number:
                return Integer(value, field, place);
            case FieldKind.IntOrString when kind == JsonValueKind.Number:
                return Integer(value, field, place);
            case FieldKind.IntOrString when kind == JsonValueKind.String:
                return value;
            case FieldKind.Bytes when kind == JsonValueKind.String:
                return Base64(value);
            case FieldKind.Quantity when kind is JsonValueKind.String or JsonValueKind.Number:
                return Quantity.TryCanonical(value.ToString(), out var canonical)
                    ? canonical
                    : throw new SchemaException(
                        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
            case FieldKind.Time or FieldKind.MicroTime when kind == JsonValueKind.String:
                return Time(value, field.Kind);
            case FieldKind.Duration when kind == JsonValueKind.String:
                return value;
            case FieldKind.StringList when value is JsonArray list && list.All(v => v?.GetValueKind() == JsonValueKind.String):
                return value;
            default:
                throw place.Mismatch(value, GoType(field));
        }
    }

    private static JsonNode Integer(JsonNode value, SchemaField field, Place place)
    {
        var text = value.ToJsonString();
        var valid = field.Kind == FieldKind.Int64
            ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (valid)
        {
            return value;
        }

        // As Go: 3.0 is an integer, 3.5 and an overflow are not.
        return double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number == Math.Truncate(number)
            && Math.Abs(number) <= (field.Kind == FieldKind.Int64 ? 9e15 : int.MaxValue)
            ? JsonValue.Create((long)number)
            : throw place.Mismatch($"number {text}", GoType(field));
    }

    private static JsonNode Base64(JsonNode value)
    {
        var text = value.GetValue<string>();
        var buffer = new byte[(text.Length * 3 / 4) + 3];
        if (Convert.TryFromBase64String(text, buffer, out var length))
        {
            // Line breaks are legal on input; the stored form has none.
            return text.AsSpan().IndexOfAny(" \r\n\t") < 0 ? value : JsonValue.Create(Convert.ToBase64String(buffer, 0, length));
        }

        throw new SchemaException($"illegal base64 data at input byte {FirstIllegal(text).ToString(CultureInfo.InvariantCulture)}");
    }

    private static int FirstIllegal(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '/' or '=' or '\n' or '\r'))
            {
                return i;
            }
        }

        return Math.Max(0, text.Length / 4 * 4);
    }

    private static JsonNode Time(JsonNode value, FieldKind kind)
    {
        var text = value.GetValue<string>();
        if (!Timestamps.TryParse(text, out var time))
        {
            throw new SchemaException(
                $"parsing time \"{text}\" as \"2006-01-02T15:04:05{(kind == FieldKind.MicroTime ? ".000000" : "")}Z07:00\": cannot parse \"{text}\" as \"2006\"");
        }

        var canonical = kind == FieldKind.MicroTime ? Timestamps.FormatMicro(time) : Timestamps.Format(time);
        return canonical == text ? value : JsonValue.Create(canonical);
    }

    private static string GoType(SchemaField field) => field.Kind switch
    {
        FieldKind.String => "string",
        FieldKind.Int32 => "int32",
        FieldKind.Int64 => "int64",
        FieldKind.Bool => "bool",
        FieldKind.Double => "float64",
        FieldKind.Bytes => "[]uint8",
        FieldKind.IntOrString => "intstr.IntOrString",
        FieldKind.Quantity => "resource.Quantity",
        FieldKind.Time => "v1.Time",
        FieldKind.MicroTime => "v1.MicroTime",
        FieldKind.Duration => "v1.Duration",
        FieldKind.FieldsV1 => "v1.FieldsV1",
        FieldKind.StringList => "[]string",
        FieldKind.Message => FieldTable.Builtin.Get(field.MessageName!).GoName,
        _ => "runtime.RawExtension",
    };

    private static string Append(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <param name="Path">With list indices, for people.</param>
    /// <param name="GoPath">Without, as Go's decoder reports.</param>
    private sealed record Place(SchemaMessage Parent, string Path, string GoPath)
    {
        public SchemaException Mismatch(JsonNode? value, string goType) => Mismatch(value?.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            _ => "null",
        }, goType);

        public SchemaException Mismatch(string found, string goType) =>
            new($"json: cannot unmarshal {found} into Go struct field {Parent.ShortName}.{GoPath} of type {goType}");
    }
}

/// <summary>A body that does not fit its kind; the message is what follows <c>cannot be handled as a Pod:</c> in the 400.</summary>
internal sealed class SchemaException(string message) : Exception(message);

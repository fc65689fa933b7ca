using System.Collections.Concurrent;
using System.Globalization;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>
/// The fields of every message the server reads (<c>fields.txt</c>, embedded). Reading the text takes about a millisecond
/// and happens at the first question; each message is parsed when it is first asked for.
/// </summary>
internal sealed class FieldTable
{
    private static readonly Lazy<FieldTable> LazyBuiltin = new(LoadBuiltin);

    private readonly Dictionary<string, List<string>> _lines;
    private readonly ConcurrentDictionary<string, SchemaMessage?> _messages = new();

    private FieldTable(Dictionary<string, List<string>> lines) => _lines = lines;

    public static FieldTable Builtin => LazyBuiltin.Value;

    public IEnumerable<string> MessageNames => _lines.Keys;

    /// <param name="name">Full name, e.g. <c>k8s.io.api.core.v1.Pod</c>.</param>
    public SchemaMessage? Find(string name) => _messages.GetOrAdd(name, Parse);

    /// <exception cref="InvalidOperationException">The table does not have the message: a defect in <c>fields.txt</c>.</exception>
    public SchemaMessage Get(string name) =>
        Find(name) ?? throw new InvalidOperationException($"The field table has no message {name}.");

    private SchemaMessage? Parse(string name)
    {
        if (!_lines.TryGetValue(name, out var lines))
        {
            return null;
        }

        var package = name[..name.LastIndexOf('.')];
        var declared = lines.Select(line => ParseField(package, line)).ToList();
        var json = declared.SelectMany(f => f.IsInline ? Get(f.MessageName!).JsonFields : [f]).ToList();
        return new SchemaMessage(name, declared, json);
    }

    private static SchemaField ParseField(string package, string line)
    {
        var parts = line.Split(' ');
        var type = parts[2];
        var shape = FieldShape.Single;
        if (type.StartsWith("list:", StringComparison.Ordinal))
        {
            shape = FieldShape.List;
            type = type[5..];
        }
        else if (type.StartsWith("map:", StringComparison.Ordinal))
        {
            shape = FieldShape.Map;
            type = type[4..];
        }

        var kind = ParseKind(type);
        var message = kind != FieldKind.Message ? null : type.Contains('.', StringComparison.Ordinal) ? type : $"{package}.{type}";
        var field = new SchemaField(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], shape, kind, message);
        return parts.Skip(3).Aggregate(field, WithOption);
    }

    private static SchemaField WithOption(SchemaField field, string option)
    {
        var (name, value) = option.Split('=') is [var n, var v] ? (n, v) : (option, "");
        return name switch
        {
            "inline" => field with { IsInline = true },
            "optional" => field with { IsOptional = true },
            "merge" => field with { PatchMerges = true },
            "replace" => field with { PatchReplaces = true },
            "retainKeys" => field with { PatchRetainsKeys = true },
            "key" => field with { PatchMergeKey = value },
            "listType" => field with { ListType = value },
            "listMapKeys" => field with { ListMapKeys = value.Split(',') },
            "atomic" => field with { IsAtomic = true },
            _ => throw new InvalidOperationException($"fields.txt: unknown option '{option}' of field {field.Name}."),
        };
    }

    private static FieldKind ParseKind(string type) => type switch
    {
        "string" => FieldKind.String,
        "int32" => FieldKind.Int32,
        "int64" => FieldKind.Int64,
        "bool" => FieldKind.Bool,
        "double" => FieldKind.Double,
        "bytes" => FieldKind.Bytes,
        "intorstring" => FieldKind.IntOrString,
        "quantity" => FieldKind.Quantity,
        "time" => FieldKind.Time,
        "microtime" => FieldKind.MicroTime,
        "duration" => FieldKind.Duration,
        "fieldsv1" => FieldKind.FieldsV1,
        "raw" => FieldKind.Raw,
        "stringlist" => FieldKind.StringList,
        _ => FieldKind.Message,
    };

    private static FieldTable LoadBuiltin()
    {
        using var stream = typeof(FieldTable).Assembly.GetManifestResourceStream("fields.txt")
            ?? throw new InvalidOperationException("The field table is not embedded in this build.");
        using var reader = new StreamReader(stream);
        var messages = new Dictionary<string, List<string>>();
        var package = "";
        List<string> current = [];
        while (reader.ReadLine() is { } line)
        {
            switch (line[0])
            {
                case '#':
                    break;
                case '@':
                    package = line[1..];
                    break;
                case '=':
                    current = [];
                    messages.Add($"{package}.{line[1..]}", current);
                    break;
                default:
                    current.Add(line);
                    break;
            }
        }

        return new FieldTable(messages);
    }
}

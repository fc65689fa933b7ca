using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Inlet.Kubernetes;

/// <summary>
/// YAML documents as JSON nodes, built from the parser's events: no reflection, and each node's position at hand.
/// </summary>
internal sealed class YamlDocuments
{
    private const int MaxDepth = 256;

    // Aliases of aliases grow exponentially; a manifest of a million nodes is a mistake or an attack.
    private const int MaxNodes = 1_000_000;

    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly string _file;
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private ParsedDocument _document;
    private int _nodes;

    private YamlDocuments(string text, string file)
    {
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _parser = new Parser(_scanner);
        _file = file;
        _document = new ParsedDocument(file, (1, 1));
    }

    /// <exception cref="ManifestException"/>
    public static IReadOnlyList<ParsedDocument> Parse(string text, string file)
    {
        var reader = new YamlDocuments(text, file);
        try
        {
            return reader.ReadAll();
        }
        catch (YamlException exception)
        {
            // Some of the scanner's errors carry no mark; where it stopped is then the next best thing.
            var (line, column) = Position(exception.Start.Index > 0 ? exception.Start : reader._scanner.CurrentPosition);
            throw new ManifestException(file, line, column, exception.Message, exception);
        }
    }

    private List<ParsedDocument> ReadAll()
    {
        var documents = new List<ParsedDocument>();
        _parser.Consume<StreamStart>();
        while (!_parser.Accept<StreamEnd>(out _))
        {
            _anchors.Clear();
            _nodes = 0;
            _parser.Consume<DocumentStart>();
            var root = _parser.Current ?? throw Problem(Mark.Empty, "the document ends early");
            _document = new ParsedDocument(_file, Position(root.Start));
            _document.Root = ReadNode(0);
            _parser.Consume<DocumentEnd>();
            documents.Add(_document);
        }

        return documents;
    }

    private JsonNode? ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Problem(_parser.Current!.Start, $"nested deeper than {MaxDepth} levels");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Copy(alias);
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            Count(scalar.Start);
            return Anchor(scalar, Resolve(scalar));
        }

        if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            return Anchor(sequence, ReadSequence(sequence, depth));
        }

        var mapping = _parser.Consume<MappingStart>();
        return Anchor(mapping, ReadMapping(mapping, depth));
    }

    private JsonArray ReadSequence(SequenceStart start, int depth)
    {
        Count(start.Start);
        CheckTag(start, "tag:yaml.org,2002:seq");
        var array = new JsonArray();
        _document.Place(array, Position(start.Start));
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            array.Add(ReadNode(depth + 1));
        }

        return array;
    }

    private JsonObject ReadMapping(MappingStart start, int depth)
    {
        Count(start.Start);
        CheckTag(start, "tag:yaml.org,2002:map");
        var obj = new JsonObject();
        _document.Place(obj, Position(start.Start));
        var merged = new List<(JsonNode? Node, Mark Position)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var position = _parser.Current!.Start;
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw Problem(position, "a key has to be a plain word or a quoted string");
            }

            if (key is { Style: ScalarStyle.Plain, Value: "<<" })
            {
                merged.Add((ReadNode(depth + 1), position));
                continue;
            }

            var name = KeyName(key);
            if (obj.ContainsKey(name))
            {
                throw Problem(position, $"the key \"{name}\" occurs twice in this mapping");
            }

            obj[name] = ReadNode(depth + 1);
        }

        Merge(obj, merged);
        return obj;
    }

    /// <summary>Merge keys (YAML 1.1 "merge"): what is written in the mapping itself wins, then the earlier source.</summary>
    private void Merge(JsonObject target, List<(JsonNode? Node, Mark Position)> sources)
    {
        foreach (var (node, position) in sources)
        {
            foreach (var source in node is JsonArray several ? several.ToList() : [node])
            {
                if (source is not JsonObject obj)
                {
                    throw Problem(position, "<< takes a mapping, or a list of mappings");
                }

                foreach (var (name, value) in obj)
                {
                    target.TryAdd(name, value?.DeepClone());
                }
            }
        }
    }

    private JsonNode? Copy(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var node))
        {
            throw Problem(alias.Start, $"*{alias.Value} names no anchor before it");
        }

        Count(alias.Start, Size(node));
        return node?.DeepClone();
    }

    private JsonNode? Anchor(NodeEvent start, JsonNode? node)
    {
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor] = node;
        }

        return node;
    }

    private JsonNode? Resolve(Scalar scalar)
    {
        try
        {
            return Tag(scalar) switch
            {
                null or "?" => scalar.Style == ScalarStyle.Plain ? YamlScalars.Resolve(scalar.Value) : JsonValue.Create(scalar.Value),
                "!" or "tag:yaml.org,2002:str" => JsonValue.Create(scalar.Value),
                "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:null" =>
                    YamlScalars.Resolve(scalar.Value),
                var other => throw Problem(scalar.Start, $"the tag {other} is not supported"),
            };
        }
        catch (FormatException exception)
        {
            throw Problem(scalar.Start, exception.Message);
        }
    }

    // As kubectl: keys are strings in JSON, so `8080:` and `on:` become "8080" and "true".
    private string KeyName(Scalar key) => Resolve(key) switch
    {
        null => "null",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => other.ToJsonString(),
    };

    private void CheckTag(NodeEvent start, string allowed)
    {
        if (Tag(start) is { } tag && tag != allowed && tag != "!")
        {
            throw Problem(start.Start, $"the tag {tag} is not supported");
        }
    }

    private static string? Tag(NodeEvent node) => node.Tag.IsEmpty ? null : node.Tag.IsNonSpecific ? "!" : node.Tag.Value;

    private void Count(Mark position, int nodes = 1)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw Problem(position, $"the document expands to more than {MaxNodes} nodes");
        }
    }

    private static int Size(JsonNode? node) => node switch
    {
        JsonObject obj => 1 + obj.Sum(member => Size(member.Value)),
        JsonArray array => 1 + array.Sum(Size),
        _ => 1,
    };

    private ManifestException Problem(Mark position, string problem)
    {
        var (line, column) = Position(position);
        return new ManifestException(_file, line, column, problem);
    }

    private static (int Line, int Column) Position(Mark mark) => (Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));
}

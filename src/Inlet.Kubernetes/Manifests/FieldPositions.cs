using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Inlet.Kubernetes;

/// <summary>
/// Where the fields of a manifest's objects stand in its text. Read apart from the objects, and only when somebody has to be told:
/// most manifests are read without anything to say about them. YAML, and so JSON too.
/// </summary>
public sealed class FieldPositions
{
    private const int MaxDepth = 256;
    private readonly Dictionary<(int Line, int Column), Node> _mappings = [];

    private FieldPositions()
    {
    }

    /// <summary>Of a text that does not parse, the positions before the error.</summary>
    public static FieldPositions Of(string text)
    {
        var positions = new FieldPositions();
        var parser = new Parser(new Scanner(new StringReader(text.TrimStart('\uFEFF')), skipComments: true));
        try
        {
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out _))
            {
                positions.Read(parser, 0);
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException)
        {
            // Whoever read the objects has reported it.
        }

        return positions;
    }

    /// <param name="start">Where the object begins (<see cref="ManifestObject"/>).</param>
    /// <param name="field">As verdicts write it: <c>spec.rules[0].host</c>, <c>metadata.annotations[key]</c>.</param>
    /// <returns>Of the field, or of the nearest one above it that was written. 1-based; <paramref name="start"/> for an unknown object.</returns>
    public (int Line, int Column) Find((int Line, int Column) start, string field)
    {
        if (!_mappings.TryGetValue(start, out var node))
        {
            return start;
        }

        var at = start;
        foreach (var segment in Segments(field))
        {
            if (node.Child(segment) is not { } child)
            {
                break;
            }

            (node, at) = child;
        }

        return at;
    }

    private static IEnumerable<string> Segments(string field)
    {
        for (var at = 0; at < field.Length;)
        {
            if (field[at] == '[' && field.IndexOf(']', at) is > 0 and var close)
            {
                yield return field[(at + 1)..close];
                at = close + 1;
            }
            else if (field[at] == '.')
            {
                at++;
            }
            else
            {
                var length = field.AsSpan(at).IndexOfAny(".[ (");
                length = length < 0 ? field.Length - at : length;
                if (length == 0)
                {
                    // What follows is for people.
                    yield break;
                }

                yield return field.Substring(at, length);
                at += length;
            }
        }
    }

    private Node Read(Parser parser, int depth)
    {
        var node = new Node();
        if (depth > MaxDepth)
        {
            parser.SkipThisAndNestedEvents();
        }
        else if (parser.TryConsume<MappingStart>(out var mapping))
        {
            _mappings.TryAdd(Position(mapping.Start), node);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var at = Position(parser.Current!.Start);
                if (parser.TryConsume<Scalar>(out var key))
                {
                    node.Children.TryAdd(key.Value, (Read(parser, depth + 1), at));
                }
                else
                {
                    parser.SkipThisAndNestedEvents();
                }
            }
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            for (var index = 0; !parser.TryConsume<SequenceEnd>(out _); index++)
            {
                var at = Position(parser.Current!.Start);
                node.Children.TryAdd(index.ToString(CultureInfo.InvariantCulture), (Read(parser, depth + 1), at));
            }
        }
        else
        {
            parser.MoveNext();
        }

        return node;
    }

    private static (int Line, int Column) Position(Mark mark) => (Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));

    private sealed class Node
    {
        private Dictionary<string, (Node Node, (int Line, int Column) At)>? _children;

        public Dictionary<string, (Node Node, (int Line, int Column) At)> Children => _children ??= [];

        public (Node Node, (int Line, int Column) At)? Child(string name) => _children is not null && _children.TryGetValue(name, out var child) ? child : null;
    }
}

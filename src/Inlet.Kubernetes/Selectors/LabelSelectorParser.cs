using System.Buffers;
using System.Globalization;

namespace Inlet.Kubernetes;

/// <summary>Recursive descent over the selector string; the messages are those of Kubernetes' own parser.</summary>
internal sealed class LabelSelectorParser(string text)
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("=!><,() \t\r\n");

    private int _position;

    private enum Kind
    {
        Identifier,
        In,
        NotIn,
        Equals,
        DoubleEquals,
        NotEquals,
        GreaterThan,
        LessThan,
        Not,
        Comma,
        Open,
        Close,
        End,
    }

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            var (kind, literal) = Peek();
            switch (kind)
            {
                case Kind.End:
                    return requirements;
                case Kind.Identifier or Kind.Not:
                    break;
                default:
                    throw Error($"found '{literal}', expected: !, identifier, or 'end of string'");
            }

            requirements.Add(ParseRequirement());
            (kind, literal) = Next();
            if (kind == Kind.End)
            {
                return requirements;
            }

            if (kind != Kind.Comma)
            {
                throw Error($"found '{literal}', expected: ',' or 'end of string'");
            }

            (kind, literal) = Peek();
            if (kind is not (Kind.Identifier or Kind.Not))
            {
                throw Error($"found '{literal}', expected: identifier after ','");
            }
        }
    }

    /// <summary>Checks a requirement as Kubernetes' <c>NewRequirement</c> does.</summary>
    /// <exception cref="SelectorFormatException">A key or value that is no label; no values for <c>in</c>; values for <c>exists</c>.</exception>
    internal static LabelRequirement Requirement(string key, LabelOperator op, IEnumerable<string> values)
    {
        if (LabelSyntax.KeyError(key) is { } keyError)
        {
            throw new SelectorFormatException($"key: Invalid value: \"{key}\": {keyError}");
        }

        var sorted = values.Distinct().Order(StringComparer.Ordinal).ToList();
        switch (op)
        {
            case LabelOperator.In or LabelOperator.NotIn when sorted.Count == 0:
                throw new SelectorFormatException("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
            case LabelOperator.Exists or LabelOperator.DoesNotExist when sorted.Count > 0:
                throw new SelectorFormatException(
                    $"values: Invalid value: [{string.Join(", ", sorted.Select(v => $"\"{v}\""))}]: values set must be empty for exists and does not exist");
            case LabelOperator.GreaterThan or LabelOperator.LessThan
                when !long.TryParse(sorted[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                throw new SelectorFormatException(
                    $"values[0]: Invalid value: \"{sorted[0]}\": for 'Gt', 'Lt' operators, the value must be an integer");
        }

        for (var i = 0; i < sorted.Count; i++)
        {
            if (LabelSyntax.ValueError(sorted[i]) is { } valueError)
            {
                throw new SelectorFormatException($"values[{i}][{key}]: Invalid value: \"{sorted[i]}\": {valueError}");
            }
        }

        return new LabelRequirement(key, op, sorted);
    }

    private static SelectorFormatException Error(string message) => new($"unable to parse requirement: {message}");

    private LabelRequirement ParseRequirement()
    {
        var (kind, literal) = Next();
        var negated = kind == Kind.Not;
        if (negated)
        {
            (kind, literal) = Next();
        }

        if (kind != Kind.Identifier)
        {
            throw Error($"found '{literal}', expected: identifier");
        }

        var key = literal;
        if (negated || Peek().Kind is Kind.End or Kind.Comma)
        {
            return Checked(key, negated ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);
        }

        (kind, literal) = Next();
        return kind switch
        {
            Kind.Equals or Kind.DoubleEquals => Checked(key, LabelOperator.Equals, [ExactValue()]),
            Kind.NotEquals => Checked(key, LabelOperator.NotEquals, [ExactValue()]),
            Kind.GreaterThan => Checked(key, LabelOperator.GreaterThan, [ExactValue()]),
            Kind.LessThan => Checked(key, LabelOperator.LessThan, [ExactValue()]),
            Kind.In => Checked(key, LabelOperator.In, ValueSet()),
            Kind.NotIn => Checked(key, LabelOperator.NotIn, ValueSet()),
            _ => throw Error($"found '{literal}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private static LabelRequirement Checked(string key, LabelOperator op, List<string> values)
    {
        try
        {
            return Requirement(key, op, values);
        }
        catch (SelectorFormatException e)
        {
            throw Error(e.Message);
        }
    }

    /// <summary>One value, empty when the requirement ends at the operator (<c>a=</c>).</summary>
    private string ExactValue()
    {
        if (Peek(asValue: true).Kind is Kind.End or Kind.Comma)
        {
            return "";
        }

        var (kind, literal) = Next(asValue: true);
        return kind == Kind.Identifier ? literal : throw Error($"found '{literal}', expected: identifier");
    }

    private List<string> ValueSet()
    {
        var (kind, literal) = Next();
        if (kind != Kind.Open)
        {
            throw Error($"found '{literal}' expected: '('");
        }

        var values = new List<string>();
        if (Peek(asValue: true).Kind == Kind.Close)
        {
            Next();
            return values;
        }

        while (true)
        {
            (kind, literal) = Peek(asValue: true);
            // Nothing between two separators is the empty value: `a in (,b)` is a set of two.
            var value = kind is Kind.Comma or Kind.Close ? "" : null;
            if (kind == Kind.Identifier)
            {
                value = literal;
                Next(asValue: true);
            }

            values.Add(value ?? throw Error($"found '{literal}', expected: ',', ')' or identifier"));
            (kind, literal) = Next(asValue: true);
            switch (kind)
            {
                case Kind.Close:
                    return values;
                case Kind.Comma:
                    continue;
                default:
                    throw Error($"found '{literal}', expected: ',', or ')'");
            }
        }
    }

    private (Kind Kind, string Literal) Peek(bool asValue = false)
    {
        var start = _position;
        var token = Next(asValue);
        _position = start;
        return token;
    }

    /// <param name="asValue">Where a value is expected, <c>in</c> and <c>notin</c> are ordinary words.</param>
    private (Kind Kind, string Literal) Next(bool asValue = false)
    {
        while (_position < text.Length && text[_position] is ' ' or '\t' or '\r' or '\n')
        {
            _position++;
        }

        if (_position >= text.Length)
        {
            return (Kind.End, "");
        }

        var rest = text.AsSpan(_position);
        var (kind, length) = rest[0] switch
        {
            '=' => rest.StartsWith("==") ? (Kind.DoubleEquals, 2) : (Kind.Equals, 1),
            '!' => rest.StartsWith("!=") ? (Kind.NotEquals, 2) : (Kind.Not, 1),
            '>' => (Kind.GreaterThan, 1),
            '<' => (Kind.LessThan, 1),
            ',' => (Kind.Comma, 1),
            '(' => (Kind.Open, 1),
            ')' => (Kind.Close, 1),
            _ => (Kind.Identifier, WordLength(rest)),
        };
        var literal = rest[..length].ToString();
        _position += length;
        if (!asValue && kind == Kind.Identifier)
        {
            kind = literal switch
            {
                "in" => Kind.In,
                "notin" => Kind.NotIn,
                _ => kind,
            };
        }

        return (kind, literal);
    }

    private static int WordLength(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(Separators);
        return end < 0 ? rest.Length : end;
    }
}

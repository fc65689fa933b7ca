using System.Text;

namespace Inlet.Kubernetes;

/// <summary>
/// A conjunction of <c>field=value</c>, <c>field==value</c> and <c>field!=value</c>, as in the <c>fieldSelector</c> query
/// parameter. Backslash escapes <c>\</c>, <c>,</c> and <c>=</c> in values. Which fields exist is the resource's business.
/// </summary>
public sealed class FieldSelector
{
    private FieldSelector(IReadOnlyList<FieldRequirement> requirements) => Requirements = requirements;

    public static FieldSelector Everything { get; } = new([]);

    public IReadOnlyList<FieldRequirement> Requirements { get; }

    public bool MatchesEverything => Requirements.Count == 0;

    /// <exception cref="SelectorFormatException">With Kubernetes' wording.</exception>
    public static FieldSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Everything;
        }

        var requirements = new List<FieldRequirement>();
        foreach (var term in Terms(text))
        {
            if (term.Length > 0)
            {
                requirements.Add(Requirement(text, term));
            }
        }

        return new FieldSelector(requirements);
    }

    /// <param name="valueOf">The field's value in the object at hand, empty when unset.</param>
    public bool Matches(Func<string, string> valueOf)
    {
        foreach (var requirement in Requirements)
        {
            if ((valueOf(requirement.Field) == requirement.Value) == requirement.Negated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value every match must have in <paramref name="field"/>, or null when the selector does not pin it.</summary>
    public string? RequiresExactMatch(string field) => Requirements.FirstOrDefault(r => r.Field == field && !r.Negated)?.Value;

    public override string ToString() => string.Join(',', Requirements);

    private static FieldRequirement Requirement(string selector, string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            var rest = term.AsSpan(i);
            if (term[i] == '\\')
            {
                i++;
                continue;
            }

            foreach (var op in (ReadOnlySpan<string>)["!=", "==", "="])
            {
                if (rest.StartsWith(op))
                {
                    return new FieldRequirement(term[..i], Unescape(selector, term[(i + op.Length)..]), op == "!=");
                }
            }
        }

        throw new SelectorFormatException($"invalid selector: '{selector}'; can't understand '{term}'");
    }

    private static string Unescape(string selector, string value)
    {
        var plain = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '\\' when i + 1 < value.Length && value[i + 1] is '\\' or ',' or '=':
                    plain.Append(value[++i]);
                    break;
                case '\\':
                    throw new SelectorFormatException(
                        $"invalid field selector: invalid escape sequence: {(i + 1 < value.Length ? value.Substring(i, 2) : "\\")}");
                case ',' or '=':
                    throw new SelectorFormatException($"invalid selector: '{selector}'; unescaped '{value[i]}' in '{value}'");
                default:
                    plain.Append(value[i]);
                    break;
            }
        }

        return plain.ToString();
    }

    private static IEnumerable<string> Terms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case ',':
                    yield return text[start..i];
                    start = i + 1;
                    break;
            }
        }

        yield return text[start..];
    }
}

/// <param name="Negated">True for <c>!=</c>.</param>
public sealed record FieldRequirement(string Field, string Value, bool Negated)
{
    public override string ToString() =>
        $"{Field}{(Negated ? "!=" : "=")}{Value.Replace("\\", "\\\\").Replace(",", "\\,").Replace("=", "\\=")}";
}

using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// A conjunction of label requirements. Two spellings: the string of <c>kubectl -l</c> and the <c>labelSelector</c> query
/// parameter (<see cref="Parse"/>), and the object of <c>spec.selector</c> (<see cref="FromObject"/>, <see cref="FromMap"/>).
/// </summary>
public sealed class LabelSelector
{
    private readonly LabelRequirement[]? _requirements;

    private LabelSelector(IEnumerable<LabelRequirement>? requirements) =>
        _requirements = requirements?.OrderBy(r => r.Key, StringComparer.Ordinal).ToArray();

    public static LabelSelector Everything { get; } = new([]);

    /// <summary>Matches no object: what a missing selector object means.</summary>
    public static LabelSelector Nothing { get; } = new(null);

    public bool MatchesEverything => _requirements is { Length: 0 };

    /// <summary>Sorted by key; empty for both <see cref="Everything"/> and <see cref="Nothing"/>.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => _requirements ?? [];

    /// <summary>
    /// <c>a=b</c>, <c>a==b</c>, <c>a!=b</c>, <c>a in (b,c)</c>, <c>a notin (b,c)</c>, <c>a</c>, <c>!a</c>, <c>a&gt;1</c>,
    /// <c>a&lt;1</c>, joined by commas. Null and empty select everything.
    /// </summary>
    /// <exception cref="SelectorFormatException">With Kubernetes' wording.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector(new LabelSelectorParser(text).Parse());

    /// <summary>A <c>LabelSelector</c> object with <c>matchLabels</c> and <c>matchExpressions</c>. Null selects nothing, <c>{}</c> everything.</summary>
    /// <exception cref="SelectorFormatException">An unknown operator, a key or value that is no label.</exception>
    public static LabelSelector FromObject(JsonObject? selector)
    {
        if (selector is null)
        {
            return Nothing;
        }

        var requirements = Equalities(selector.Object("matchLabels"));
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var text = expression.String("operator") ?? "";
            var op = text switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                "DoesNotExist" => LabelOperator.DoesNotExist,
                _ => throw new SelectorFormatException($"\"{text}\" is not a valid label selector operator"),
            };
            var values = expression.Array("values")?.Select(v => v?.ToString() ?? "") ?? [];
            requirements.Add(LabelSelectorParser.Requirement(expression.String("key") ?? "", op, values));
        }

        return new LabelSelector(requirements);
    }

    /// <summary>A plain map, as in a Service's or ReplicationController's <c>spec.selector</c>. Null and empty select everything.</summary>
    public static LabelSelector FromMap(JsonObject? labels) => new(Equalities(labels));

    /// <param name="labels"><c>metadata.labels</c>; null is an object without labels.</param>
    public bool Matches(JsonObject? labels)
    {
        if (_requirements is null)
        {
            return false;
        }

        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The string syntax, requirements sorted by key. <see cref="Nothing"/> prints as the empty string, like <see cref="Everything"/>.</summary>
    public override string ToString() => string.Join(',', Requirements);

    private static List<LabelRequirement> Equalities(JsonObject? labels) =>
        labels?.Select(p => new LabelRequirement(p.Key, LabelOperator.Equals, [p.Value?.ToString() ?? ""])).ToList() ?? [];
}

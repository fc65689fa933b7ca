using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>
/// Some of an object's fields, as a tree: what one manager owns, or what a change touched. Written as Kubernetes'
/// <c>FieldsV1</c>: <c>f:name</c> for a field or map key, <c>k:{…}</c> and <c>v:…</c> for a list element by key or value,
/// and <c>.</c> where a node with parts of its own is a member itself.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    /// <summary>
    /// The deepest real set has some twenty levels. A client may write any JSON here, and an object that every reader's
    /// JSON parser refuses (64 levels, for many) would break the lists it is in.
    /// </summary>
    private const int MaximumDepth = 40;

    private SortedDictionary<string, FieldSet>? _parts;

    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && _parts is not { Count: > 0 };

    public IEnumerable<KeyValuePair<string, FieldSet>> Parts => _parts ?? Enumerable.Empty<KeyValuePair<string, FieldSet>>();

    public FieldSet? Find(string element) => _parts?.GetValueOrDefault(element);

    public FieldSet GetOrAdd(string element)
    {
        _parts ??= new(StringComparer.Ordinal);
        if (!_parts.TryGetValue(element, out var part))
        {
            _parts[element] = part = new();
        }

        return part;
    }

    public void Remove(string element) => _parts?.Remove(element);

    /// <exception cref="FormatException">Not the JSON of a set, or deeper than any object's fields are.</exception>
    public static FieldSet Parse(JsonObject json) => Parse(json, 0);

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && _parts is { Count: > 0 })
        {
            json[Self] = new JsonObject();
        }

        foreach (var (element, part) in Parts)
        {
            json[element] = part.ToJson();
        }

        return json;
    }

    /// <summary>Takes in the other's members.</summary>
    public FieldSet Add(FieldSet other)
    {
        IsMember |= other.IsMember;
        foreach (var (element, part) in other.Parts)
        {
            GetOrAdd(element).Add(part);
        }

        return this;
    }

    /// <summary>The members that are not members of the other.</summary>
    public FieldSet Without(FieldSet other) => Where(other, inOther: false);

    /// <summary>The members that are members of the other, too.</summary>
    public FieldSet Intersect(FieldSet other) => Where(other, inOther: true);

    public bool SameAs(FieldSet other) =>
        IsMember == other.IsMember
        && (_parts?.Count ?? 0) == (other._parts?.Count ?? 0)
        && Parts.All(p => other.Find(p.Key) is { } o && p.Value.SameAs(o));

    /// <summary>Every member's path, in order.</summary>
    public IEnumerable<IReadOnlyList<string>> Members()
    {
        if (IsMember)
        {
            yield return [];
        }

        foreach (var (element, part) in Parts)
        {
            foreach (var path in part.Members())
            {
                yield return [element, .. path];
            }
        }
    }

    private static FieldSet Parse(JsonObject json, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new FormatException($"field sets nested deeper than {MaximumDepth} levels");
        }

        var set = new FieldSet { IsMember = json.Count == 0 };
        foreach (var (element, value) in json)
        {
            if (element == Self)
            {
                set.IsMember = true;
            }
            else if (value is JsonObject part && element is ['f' or 'k' or 'v' or 'i', ':', ..])
            {
                set.GetOrAdd(element).Add(Parse(part, depth + 1));
            }
            else
            {
                throw new FormatException($"'{element}' is no element of a field set");
            }
        }

        return set;
    }

    private FieldSet Where(FieldSet? other, bool inOther)
    {
        var result = new FieldSet { IsMember = IsMember && (other?.IsMember == true) == inOther };
        foreach (var (element, part) in Parts)
        {
            var left = part.Where(other?.Find(element), inOther);
            if (!left.IsEmpty)
            {
                (result._parts ??= new(StringComparer.Ordinal))[element] = left;
            }
        }

        return result;
    }
}

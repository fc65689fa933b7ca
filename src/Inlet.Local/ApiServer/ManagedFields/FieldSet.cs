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

    /// <exception cref="FormatException">Not the JSON of a set.</exception>
    public static FieldSet Parse(JsonObject json)
    {
        var set = new FieldSet { IsMember = json.Count == 0 };
        foreach (var (element, value) in json)
        {
            if (element == Self)
            {
                set.IsMember = true;
            }
            else if (value is JsonObject part && element is ['f' or 'k' or 'v' or 'i', ':', ..])
            {
                set.GetOrAdd(element).Add(Parse(part));
            }
            else
            {
                throw new FormatException($"'{element}' is no element of a field set");
            }
        }

        return set;
    }

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

using System.Collections.Frozen;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>One message's fields, by protobuf number as declared and by JSON name with inline messages folded in.</summary>
internal sealed class SchemaMessage
{
    private readonly FrozenDictionary<int, SchemaField> _byNumber;
    private readonly FrozenDictionary<string, SchemaField> _byName;

    public SchemaMessage(string name, IReadOnlyList<SchemaField> declared, IReadOnlyList<SchemaField> json)
    {
        Name = name;
        JsonFields = json;
        _byNumber = declared.ToFrozenDictionary(f => f.Number);
        _byName = json.ToFrozenDictionary(f => f.Name);
    }

    /// <summary>Full name, e.g. <c>k8s.io.api.core.v1.PodSpec</c>.</summary>
    public string Name { get; }

    public string ShortName => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>As Go prints the type: <c>v1.PodSpec</c>.</summary>
    public string GoName
    {
        get
        {
            var dot = Name.LastIndexOf('.', Name.LastIndexOf('.') - 1);
            return Name[(dot + 1)..];
        }
    }

    /// <summary>In declaration order.</summary>
    public IReadOnlyList<SchemaField> JsonFields { get; }

    public SchemaField? ByNumber(int number) => _byNumber.GetValueOrDefault(number);

    public SchemaField? ByName(string jsonName) => _byName.GetValueOrDefault(jsonName);
}

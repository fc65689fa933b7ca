namespace Inlet.Local.ApiServer.Schema;

/// <summary>How one value of a field is written in JSON and protobuf.</summary>
internal enum FieldKind
{
    String,
    Int32,
    Int64,
    Bool,
    Double,
    Bytes,
    Message,
    IntOrString,
    Quantity,
    Time,
    MicroTime,
    Duration,
    FieldsV1,

    /// <summary>RawExtension: any JSON.</summary>
    Raw,

    /// <summary>A message that wraps a list of strings and is a plain array in JSON.</summary>
    StringList,
}

internal enum FieldShape
{
    Single,
    List,
    Map,
}

/// <param name="Number">Protobuf field number.</param>
/// <param name="MessageName">Full name of the message, for <see cref="FieldKind.Message"/>.</param>
internal sealed record SchemaField(int Number, string Name, FieldShape Shape, FieldKind Kind, string? MessageName)
{
    /// <summary>The message's fields appear among the parent's own in JSON.</summary>
    public bool IsInline { get; init; }

    /// <summary>An explicit zero value differs from leaving the field out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Strategic merge patch merges this list, by <see cref="PatchMergeKey"/> or as a set of scalars.</summary>
    public bool PatchMerges { get; init; }

    /// <summary>Strategic merge patch: keys of the value that the patch does not name in <c>$retainKeys</c> are cleared.</summary>
    public bool PatchRetainsKeys { get; init; }

    public bool PatchReplaces { get; init; }

    public string? PatchMergeKey { get; init; }

    /// <summary>Server-side apply: <c>atomic</c>, <c>set</c> or <c>map</c>; null is the default for the shape.</summary>
    public string? ListType { get; init; }

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>Server-side apply owns the map or struct as a whole.</summary>
    public bool IsAtomic { get; init; }
}

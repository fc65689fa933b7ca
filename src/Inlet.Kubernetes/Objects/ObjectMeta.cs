using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>The parts of <c>metadata</c> the ingress half reads.</summary>
/// <param name="CreationTimestamp">Null for objects from files.</param>
public sealed record ObjectMeta(
    string Name = "",
    string Namespace = "",
    string Uid = "",
    string ResourceVersion = "",
    DateTimeOffset? CreationTimestamp = null,
    IReadOnlyDictionary<string, string?>? Annotations = null,
    IReadOnlyDictionary<string, string?>? Labels = null)
{
    public ObjectKey Key => new(Namespace, Name);
}

/// <summary>Identifies an object among those of its kind.</summary>
/// <param name="Namespace">Empty for cluster-scoped objects.</param>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public static ObjectKey Of(JsonObject obj) => new(obj.Namespace(), obj.Name());

    public int CompareTo(ObjectKey other) =>
        string.CompareOrdinal(Namespace, other.Namespace) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;
}

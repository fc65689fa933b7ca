namespace Inlet.Model;

/// <summary>Names one Kubernetes object.</summary>
/// <param name="Uid">Empty when unknown (objects from files).</param>
public sealed record ObjectReference(string Kind, string Namespace, string Name, string Uid = "")
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}

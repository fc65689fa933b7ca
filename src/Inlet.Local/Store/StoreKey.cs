namespace Inlet.Local.Store;

/// <summary>Names one object in the store.</summary>
/// <param name="Resource">Plural and group as one word, e.g. <c>pods</c> or <c>deployments.apps</c>; versions share one entry.</param>
/// <param name="Namespace">Empty for cluster-scoped objects.</param>
public readonly record struct StoreKey(string Resource, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Resource} {Name}" : $"{Resource} {Namespace}/{Name}";
}

using System.Collections.Immutable;

namespace Inlet.Local.Store;

/// <summary>
/// Everything that exists at one revision. An immutable value that readers take with one reference read; a write makes a
/// new one that shares all but the changed path.
/// </summary>
public sealed class StoreState
{
    internal static readonly ImmutableSortedDictionary<string, StoredObject> NoObjects =
        ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>> NoNamespaces =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, StoredObject>>(StringComparer.Ordinal);

    private readonly ImmutableDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>>> _resources;

    private StoreState(
        long revision,
        ImmutableDictionary<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>>> resources)
    {
        Revision = revision;
        _resources = resources;
    }

    internal static StoreState Empty { get; } = new(
        0, ImmutableDictionary.Create<string, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>>>(StringComparer.Ordinal));

    /// <summary>The newest write this state contains.</summary>
    public long Revision { get; }

    public StoredObject? Find(StoreKey key) =>
        _resources.TryGetValue(key.Resource, out var namespaces)
        && namespaces.TryGetValue(key.Namespace, out var objects)
        && objects.TryGetValue(key.Name, out var found)
            ? found
            : null;

    /// <summary>In order of namespace, then name.</summary>
    /// <param name="ns">Null lists every namespace; the empty string, cluster-scoped objects.</param>
    public IEnumerable<StoredObject> List(string resource, string? ns)
    {
        if (!_resources.TryGetValue(resource, out var namespaces))
        {
            return [];
        }

        return ns is null
            ? namespaces.Values.SelectMany(static objects => objects.Values)
            : namespaces.TryGetValue(ns, out var one) ? one.Values : [];
    }

    public int Count(string resource) =>
        _resources.TryGetValue(resource, out var namespaces) ? namespaces.Values.Sum(static objects => objects.Count) : 0;

    /// <summary>Objects of every resource in one namespace: what a terminating Namespace waits for.</summary>
    public IEnumerable<StoredObject> ListNamespace(string ns) =>
        _resources.Values.SelectMany(namespaces => namespaces.TryGetValue(ns, out var objects) ? objects.Values : []);

    internal StoreState With(StoredObject stored) => Change(stored.Key, stored.Revision, objects => objects.SetItem(stored.Key.Name, stored));

    internal StoreState Without(StoreKey key, long revision) => Change(key, revision, objects => objects.Remove(key.Name));

    internal StoreState At(long revision) => new(revision, _resources);

    private StoreState Change(
        StoreKey key, long revision, Func<ImmutableSortedDictionary<string, StoredObject>, ImmutableSortedDictionary<string, StoredObject>> change)
    {
        var namespaces = _resources.GetValueOrDefault(key.Resource, NoNamespaces);
        var objects = change(namespaces.GetValueOrDefault(key.Namespace, NoObjects));
        // A deleted namespace leaves nothing behind, so that lists over all namespaces do not visit empty trees for ever.
        namespaces = objects.IsEmpty ? namespaces.Remove(key.Namespace) : namespaces.SetItem(key.Namespace, objects);
        return new(revision, _resources.SetItem(key.Resource, namespaces));
    }
}
